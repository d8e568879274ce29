// A choice that changes nothing is none: each is tried against the default on pictures it is about.
using RsrPlugins.Core.Colour;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Core.Resizing;
using RsrPlugins.Core.Tests.Resizing;

namespace RsrPlugins.Core.Tests.Colour;

public sealed class ColourOptionsTests
{
    public static TheoryData<string> Choices() => [.. Variants.Keys];

    private static Dictionary<string, (ColourOptions Options, NetworkTask Task)> Variants { get; } =
        new()
        {
            [nameof(ColourOptions.Rounding)] = (new ColourOptions { Rounding = ColourRounding.Plain }, NetworkTask.Enlarge),
            [nameof(ColourOptions.EnlargingKernel)] = (
                new ColourOptions { EnlargingKernel = ResamplingKernel.Bicubic },
                NetworkTask.Enlarge
            ),
            [nameof(ColourOptions.ReducingKernel)] = (new ColourOptions { ReducingKernel = ResamplingKernel.Area }, NetworkTask.Reduce),
            [nameof(ColourOptions.AlphaByNetwork)] = (new ColourOptions { AlphaByNetwork = false }, NetworkTask.Enlarge),
            [nameof(ColourOptions.KeepFlatAreas)] = (new ColourOptions { KeepFlatAreas = false }, NetworkTask.Reduce),
            [nameof(ColourOptions.FillRadiusChange)] = (new ColourOptions { FillRadiusChange = -4 }, NetworkTask.Enlarge),
            [nameof(ColourOptions.BoundOvershoot)] = (new ColourOptions { BoundOvershoot = false }, NetworkTask.Enlarge),
            [nameof(ColourOptions.GuideChroma)] = (new ColourOptions { GuideChroma = false }, NetworkTask.Enlarge),
        };

    [Theory]
    [MemberData(nameof(Choices))]
    public void Every_choice_changes_a_picture(string choice)
    {
        (ColourOptions options, NetworkTask task) = Variants[choice];
        PixelImage source = LearnedResizerTests.Patchwork(52, 46, PixelLayout.Rgba, 8);
        Assert.False(Resize(ColourOptions.Default).Samples8.SequenceEqual(Resize(options).Samples8));

        PixelImage Resize(ColourOptions with) =>
            new LearnedResizer(new SmoothNetwork(task, 2, bias: 0.02f), null, with).Resize(
                source,
                null,
                TestContext.Current.CancellationToken
            );
    }

    [Fact]
    public void None_is_left_out() =>
        Assert.Equal(
            typeof(ColourOptions)
                .GetProperties()
                .Where(property => property.SetMethod is not null)
                .Select(property => property.Name)
                .Order(StringComparer.Ordinal),
            Variants.Keys.Order(StringComparer.Ordinal)
        );
}
