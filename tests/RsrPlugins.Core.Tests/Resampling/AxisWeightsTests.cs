using RsrPlugins.Core.Resampling;

namespace RsrPlugins.Core.Tests.Resampling;

public sealed class AxisWeightsTests
{
    /// <summary>Tiles take the windows of their first and last position for the hull of all between.</summary>
    [Theory]
    [InlineData(ResamplingKernel.Nearest)]
    [InlineData(ResamplingKernel.Area)]
    [InlineData(ResamplingKernel.Bilinear)]
    [InlineData(ResamplingKernel.Bicubic)]
    [InlineData(ResamplingKernel.Lanczos3)]
    public void Windows_advance_stay_inside_and_add_up_to_one(ResamplingKernel kernel)
    {
        for (int from = 1; from < 40; from += 3)
        {
            for (int to = 1; to < 90; to++)
            {
                AxisWeights weights = AxisWeights.Create(from, to, kernel);
                for (int i = 0; i < to; i++)
                {
                    Assert.InRange(weights.Start(i), i == 0 ? 0 : weights.Start(i - 1), from - 1);
                    Assert.InRange(weights.End(i), i == 0 ? 1 : weights.End(i - 1), from);
                    float sum = 0;
                    foreach (float weight in weights.Weights(i))
                    {
                        sum += weight;
                    }

                    Assert.Equal(1, sum, 5);
                }
            }
        }
    }
}
