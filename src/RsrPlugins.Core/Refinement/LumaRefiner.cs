// RRNet makes a small picture in one go and sees 3 pixels around each block. What SRNet then gets wrong is known while the
// original is at hand, and so is how that error changes with every small pixel: the gradient. A few steps down it give a
// small picture from which the same SRNet restores more. In the compression literature this is called content-adaptive
// encoding (Campos et al., "Content Adaptive Optimization for Neural Image Compression", 2019). Nothing is added to the
// small picture but better values, and the reader needs to know nothing of it.
//
// How far a step may go differs from place to place: beside fine texture SRNet answers a small change strongly. So every
// pixel has its own step size, halved where its last step went too far and growing elsewhere (as in Jacobs, "Increased Rates
// of Convergence Through Learning Rate Adaptation", 1988, with the restart of O'Donoghue and Candes, 2015).
//
// Every pass reads the whole plane of the one before, tile by tile with the gradient's own halo, so tiles stay exact and their
// margins do not grow with the passes. An editor that wants a part at once gets it from a window around it, a halo wider for every pass:
// what is wrong at the window's edge wanders inwards by a halo a pass and never reaches the part. Equal corrections along a line
// (RepeatedPixels) end where the window does, and the last bit of a value may be another one.
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Refinement;

/// <summary>Lengths of the steps; settled by measurement (docs/refinement.md).</summary>
/// <param name="StepSize">Change of a small pixel for a gradient of 1, as <see cref="PlaneContent.LumaGradient"/> defines it, in the first
/// pass.</param>
/// <param name="Momentum">Share of the last step that is gone again (Nesterov's momentum), 0 to 1.</param>
/// <param name="Growth">Factor of a pixel's step size from pass to pass, up to <see cref="MaxGrowth"/> in all.</param>
/// <param name="Shrinkage">Factor where the slope has changed its sign, which also ends the pixel's momentum; 1 turns both off.</param>
/// <param name="MaxCorrection">How far a small pixel may move from what RRNet made, Y/255; 1 for no bound.</param>
/// <param name="BrightnessWeight">Slope where the small picture is brighter than the large one by 1 around a pixel
/// (<see cref="LocalBrightness"/>); 0 leaves brightness to the gradient.</param>
/// <param name="KeepRepetition">Whether equal surroundings get equal corrections (<see cref="RepeatedPixels"/>).</param>
internal sealed record DescentOptions(
    float StepSize = 0.015f,
    float Momentum = 0.9f,
    float Growth = 1.2f,
    float Shrinkage = 0.5f,
    float MaxCorrection = 32f / 255,
    float BrightnessWeight = 4,
    bool KeepRepetition = true
)
{
    /// <summary>How far a step size may grow.</summary>
    public const float MaxGrowth = 4;
}

/// <summary>Corrects small luma planes so that SRNet restores the large ones better. Thread-safe.</summary>
public sealed class LumaRefiner
{
    /// <summary>The largest number of passes that makes sense: nothing is gained beyond.</summary>
    public const int MaxPasses = 100;

    // Studio range: what Q-BReLU keeps RRNet's pictures to, because a value outside cannot be stored in an R'G'B' file.
    private const float MinLuma = 16f / 255;
    private const float MaxLuma = 235f / 255;

    private readonly INetwork _gradient;
    private readonly ResizeSettings _settings;
    private readonly DescentOptions _options;

    /// <param name="gradient">The gradient of the SRNet the small pictures are for.</param>
    /// <param name="passes">Steps, 1 to <see cref="MaxPasses"/>.</param>
    /// <param name="settings">Threads and tile size; null for the defaults of the device.</param>
    public LumaRefiner(INetwork gradient, int passes, ResizeSettings? settings = null)
        : this(gradient, passes, settings, new DescentOptions()) { }

    internal LumaRefiner(INetwork gradient, int passes, ResizeSettings? settings, DescentOptions options)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        ArgumentOutOfRangeException.ThrowIfLessThan(passes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(passes, MaxPasses);
        if (gradient.Shape.Output.Carries != PlaneContent.LumaGradient)
        {
            throw new ArgumentException($"A gradient was expected; found {gradient.Model.Id}.", nameof(gradient));
        }

        _gradient = gradient;
        _settings = settings ?? new ResizeSettings();
        _options = options;
        Passes = passes;
        HaloOfPass = Math.Max(gradient.Model.Shape.Halo, LocalBrightness.Reach);
    }

    /// <summary>Steps down the gradient.</summary>
    public int Passes { get; }

    /// <summary>Called after every pass with its number, from 1, and the small plane as it is then.</summary>
    internal Action<int, float[]>? AfterPass { get; init; }

    /// <summary>Scale factor d of the pictures it takes.</summary>
    public int Scale => _gradient.Model.Scale;

    /// <summary>Work for one small pixel beside that of the network that made it.</summary>
    internal double WorkAgainst(NetworkShape reducing) =>
        Passes * _gradient.Shape.OperationsPerInputPixel / (reducing.OperationsPerInputPixel * Scale * Scale);

    /// <summary>Corrects a plane in place.</summary>
    /// <param name="small">width x height values Y/255 (BT.601 studio luma) as RRNet made them; within 16/255 to 235/255 afterwards, not
    /// rounded.</param>
    /// <param name="large">(d width) x (d height) values Y/255 it was made from.</param>
    /// <param name="isFixed">Small pixels that must keep their value; empty for none.</param>
    /// <exception cref="RsrException">Any failure of the engine.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; stops within a tile.</exception>
    public void Refine(
        float[] small,
        float[] large,
        int width,
        int height,
        bool[] isFixed,
        IProgress<double>? progress = null,
        CancellationToken cancellationToken = default
    ) => Refine(small, large, width, height, isFixed, new TileRect(0, 0, width, height), progress, cancellationToken);

    /// <summary>
    /// Small pixels that a part's window is wider by for every pass: what the gradient depends on. An engine may need more for the same
    /// bits (its own halo), which is not worth its time here: the last bit of a float hardly ever is a level.
    /// </summary>
    internal int HaloOfPass { get; init; }

    /// <summary>Small pixels around a part that have to be there for it.</summary>
    internal int Margin => Passes * HaloOfPass;

    /// <summary>The window whose planes a part of a picture is corrected from.</summary>
    /// <param name="part">Small pixels of the picture.</param>
    /// <param name="width">Of the small picture.</param>
    /// <param name="height">Of the small picture.</param>
    internal TileRect Window(TileRect part, int width, int height)
    {
        int alignment = _gradient.Shape.Alignment;
        TileRect window = new Reach(Margin).Around(part, width, height);
        (int x, int y) = (window.X / alignment * alignment, window.Y / alignment * alignment);
        return new TileRect(x, y, window.Right - x, window.Bottom - y);
    }

    /// <summary>Corrects a part of a plane in place; what lies around it is left unfinished.</summary>
    /// <param name="part">Within the plane; the plane reaches <see cref="Margin"/> pixels farther, or to the picture's border.</param>
    internal void Refine(
        float[] small,
        float[] large,
        int width,
        int height,
        bool[] isFixed,
        TileRect part,
        IProgress<double>? progress,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(small);
        ArgumentNullException.ThrowIfNull(large);
        ArgumentNullException.ThrowIfNull(isFixed);
        long count = (long)width * height;
        if (small.Length != count || large.Length != count * Scale * Scale || (isFixed.Length != count && isFixed.Length != 0))
        {
            throw new ArgumentException(
                $"{width} x {height} small pixels and {Scale * Scale} times as many large ones were expected; found {small.Length:N0} and {large.Length:N0}."
            );
        }

        TileRect plane = new TileRect(0, 0, width, height);
        float[] velocity = new float[small.Length];
        float[] slope = new float[small.Length];
        float[] stepSize = new float[small.Length];
        Array.Fill(stepSize, _options.StepSize);
        float[] made = (float[])small.Clone();
        RepeatedPixels? repeated = _options.KeepRepetition
            ? RepeatedPixels.Find(large, width, height, Scale, TileDefaults.Workers(_gradient, _settings), cancellationToken)
            : null;
        LocalBrightness? brightness = _options.BrightnessWeight > 0 ? new LocalBrightness(large, width, height, Scale) : null;
        int planes = _gradient.Shape.Input.Count;
        for (int pass = 0; pass < Passes; pass++)
        {
            TileRect area = new Reach((Passes - 1 - pass) * HaloOfPass).Around(part, width, height);
            TilePlan plan = TilePlan.Create(_gradient.Shape, width, height, TileDefaults.TileSize(_gradient, _settings), area);
            TileScheduler.Run(
                plan.Tiles,
                TileDefaults.Workers(_gradient, _settings),
                () => (Source: new float[plan.SourceLength * planes], Result: new float[plan.ResultLength]),
                (buffers, tile, token) =>
                {
                    CopyAhead(small, velocity, width, tile.Source, buffers.Source);
                    CopySubPixels(large, width, tile.Source, buffers.Source);
                    _gradient.RunTile(buffers.Source, tile, buffers.Result, token);
                    LumaTiler.CopyTile(buffers.Result, tile, slope, plane);
                },
                PartOfProgress.Of(progress, (double)pass / Passes, (pass + 1.0) / Passes),
                cancellationToken
            );
            brightness?.AddDifference(small, _options.BrightnessWeight, slope, area);
            repeated?.Average(slope, area);
            for (int y = area.Y; y < area.Bottom; y++)
            {
                Step(small, made, velocity, slope, stepSize, isFixed, (y * width) + area.X, area.Width);
            }

            AfterPass?.Invoke(pass + 1, small);
        }
    }

    private void Step(float[] small, float[] made, float[] velocity, float[] slope, float[] stepSize, bool[] isFixed, int from, int count)
    {
        for (int i = from; i < from + count; i++)
        {
            if (isFixed.Length != 0 && isFixed[i])
            {
                continue;
            }

            bool signChanged = slope[i] * velocity[i] > 0 && _options.Shrinkage < 1;
            if (signChanged)
            {
                velocity[i] = 0;
            }

            stepSize[i] = signChanged
                ? stepSize[i] * _options.Shrinkage
                : Math.Min(stepSize[i] * _options.Growth, _options.StepSize * DescentOptions.MaxGrowth);
            velocity[i] = (_options.Momentum * velocity[i]) - (stepSize[i] * slope[i]);
            // What RRNet made may itself be outside the range by a rounding error.
            float min = Math.Clamp(made[i] - _options.MaxCorrection, MinLuma, MaxLuma);
            float max = Math.Clamp(made[i] + _options.MaxCorrection, MinLuma, MaxLuma);
            small[i] = Math.Clamp(small[i] + velocity[i], min, max);
        }
    }

    /// <summary>The small picture where momentum will carry it: the gradient is taken there (Nesterov 1983).</summary>
    private void CopyAhead(float[] small, float[] velocity, int width, TileRect source, Span<float> destination)
    {
        for (int y = 0; y < source.Height; y++)
        {
            int from = ((source.Y + y) * width) + source.X;
            for (int x = 0; x < source.Width; x++)
            {
                destination[(y * source.Width) + x] = small[from + x] + (_options.Momentum * velocity[from + x]);
            }
        }
    }

    /// <summary>The large picture as planes 1 to d^2: row i, column j of each block in plane 1 + i d + j.</summary>
    private void CopySubPixels(float[] large, int width, TileRect source, Span<float> destination)
    {
        int area = source.Width * source.Height;
        for (int i = 0; i < Scale; i++)
        {
            for (int j = 0; j < Scale; j++)
            {
                Span<float> plane = destination.Slice((1 + (i * Scale) + j) * area, area);
                for (int y = 0; y < source.Height; y++)
                {
                    int from = ((((source.Y + y) * Scale) + i) * width * Scale) + (source.X * Scale) + j;
                    for (int x = 0; x < source.Width; x++)
                    {
                        plane[(y * source.Width) + x] = large[from + (x * Scale)];
                    }
                }
            }
        }
    }
}
