// The learning rate as a pure function of time or steps, so that a resumed run continues the curve.
namespace RsrPlugins.Trainer.Training;

/// <summary>
/// Warm-up, constant, linear decay to 0. The constant part is what makes a run worth continuing: a longer run is the same
/// run with its decay moved back.
/// </summary>
internal static class Schedule
{
    /// <summary>The factor on all learning rates, 0 to 1.</summary>
    /// <param name="config">Warm-up and decay.</param>
    /// <param name="step">Number of the step, from 1.</param>
    /// <param name="progress">Part of the run that is done, 0 to 1.</param>
    internal static double Rate(TrainingConfig config, long step, double progress)
    {
        double warmup = config.WarmupSteps == 0 ? 1 : Math.Min(1, (double)step / config.WarmupSteps);
        double decay = config.DecayShare == 0 ? 1 : Math.Clamp((1 - progress) / config.DecayShare, 0, 1);
        return warmup * decay;
    }
}
