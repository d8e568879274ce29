// The margins of a tile: sums of what the steps state, tried against what the steps really read.
using System.Runtime.InteropServices;
using RsrPlugins.Core.Colour;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Core.Resizing;
using RsrPlugins.Core.Tests.Tiling;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Tests.Resizing;

public sealed class PictureGeometryTests
{
    private const int Side = 48;

    /// <summary>
    /// Enlarging: network or kernel (Lanczos: 3) and fit (1), whichever looks further, and 1 for the pixel that may be seen beside its own.
    /// Reducing: network or kernel (bicubic: 2 d), and from one end of the block to the other.
    /// </summary>
    [Theory]
    [InlineData(NetworkTask.Enlarge, 2, 4, 5)]
    [InlineData(NetworkTask.Enlarge, 3, 7, 8)]
    [InlineData(NetworkTask.Enlarge, 4, 0, 5)]
    [InlineData(NetworkTask.Reduce, 2, 3, 5)]
    [InlineData(NetworkTask.Reduce, 3, 3, 8)]
    [InlineData(NetworkTask.Reduce, 4, 3, 11)]
    [InlineData(NetworkTask.Reduce, 2, 9, 10)]
    public void The_fill_reaches_as_far_as_the_steps_add_up_to(NetworkTask task, int scale, int halo, int expected) =>
        Assert.Equal(expected, Geometry(task, scale, halo, new ColourOptions()).Fill.Pixels);

    [Fact]
    public void A_step_that_is_not_done_adds_nothing()
    {
        Assert.Equal(4, Geometry(NetworkTask.Enlarge, 2, 0, new ColourOptions { GuideChroma = false }).Fill.Pixels);
        Assert.Equal(
            3,
            Geometry(
                NetworkTask.Enlarge,
                2,
                0,
                new ColourOptions { GuideChroma = false, EnlargingKernel = ResamplingKernel.Bicubic }
            ).Fill.Pixels
        );
        Assert.False(Geometry(NetworkTask.Enlarge, 2, OvershootBound.Reach.Pixels - 1, new ColourOptions()).BoundsOvershoot);
        Assert.True(Geometry(NetworkTask.Enlarge, 2, OvershootBound.Reach.Pixels, new ColourOptions()).BoundsOvershoot);
    }

    /// <summary>
    /// A lone visible pixel: what is read for the outermost output pixel that can be seen is as far from it as the fill has to reach.
    /// Further changes nothing, one less does. Of a kernel that reduces, half a block of the radius lies inside the block: there the fill
    /// is longer by
    /// <paramref name="spare"/> than this picture needs. Without a halo the kernel decides, else the network; the fit is off there, because
    /// it holds colour between its neighbours, which are all of one colour here, and flat areas are not kept, so that the network's bias
    /// makes the neighbours visible.
    /// </summary>
    [Theory]
    [InlineData(NetworkTask.Enlarge, 2, 4, 0)]
    [InlineData(NetworkTask.Enlarge, 3, 4, 0)]
    [InlineData(NetworkTask.Enlarge, 4, 7, 0)]
    [InlineData(NetworkTask.Enlarge, 2, 0, 0)]
    [InlineData(NetworkTask.Enlarge, 4, 0, 0)]
    [InlineData(NetworkTask.Reduce, 2, 3, 1)]
    [InlineData(NetworkTask.Reduce, 3, 3, 2)]
    [InlineData(NetworkTask.Reduce, 4, 3, 2)]
    [InlineData(NetworkTask.Reduce, 2, 0, 1)]
    [InlineData(NetworkTask.Reduce, 4, 0, 2)]
    public void A_fill_of_a_radius_one_smaller_differs(NetworkTask task, int scale, int halo, int spare)
    {
        bool differs = false;
        for (int offset = 0; offset < scale; offset++)
        {
            PixelImage source = PixelImage.Create(Side, Side, PixelLayout.Rgba, 16);
            int at = (((24 + offset) * Side) + 24 + offset) * 4;
            ((ReadOnlySpan<ushort>)[60000, 5000, 30000, ushort.MaxValue]).CopyTo(source.Samples16[at..]);
            byte[] exact = Bytes(source, 0);
            Assert.Equal(exact, Bytes(source, 1));
            Assert.Equal(exact, Bytes(source, -spare));
            differs |= !exact.AsSpan().SequenceEqual(Bytes(source, -spare - 1));
        }

        Assert.True(differs);

        byte[] Bytes(PixelImage source, int change) =>
            MemoryMarshal
                .AsBytes(new LearnedResizer(
                        new SmoothNetwork(task, scale, halo: halo),
                        null,
                        new ColourOptions
                        {
                            FillRadiusChange = change,
                            GuideChroma = halo > 0,
                            KeepFlatAreas = halo > 0 || task == NetworkTask.Reduce,
                        }
                    ).Resize(source, null, TestContext.Current.CancellationToken).Samples16)
                .ToArray();
    }

    /// <summary>Tiles of networks that look less far than the kernel still read what the kernel, the fit and the bounds of alpha
    /// need.</summary>
    [Theory]
    [InlineData(NetworkTask.Enlarge, 0)]
    [InlineData(NetworkTask.Enlarge, 1)]
    [InlineData(NetworkTask.Reduce, 0)]
    public void Tiled_equals_whole_whichever_step_looks_furthest(NetworkTask task, int halo)
    {
        SmoothNetwork network = new SmoothNetwork(task, 2, bias: 0.05f, halo: halo);
        PixelImage source = LearnedResizerTests.Patchwork(30, 22, PixelLayout.Rgba, 16);
        foreach (
            ColourOptions options in new[]
            {
                new ColourOptions(),
                new ColourOptions { EnlargingKernel = ResamplingKernel.Nearest, GuideChroma = false },
            }
        )
        {
            PixelImage whole = new LearnedResizer(network, new ResizeSettings(1, 1000), options).Resize(
                source,
                null,
                TestContext.Current.CancellationToken
            );
            PixelImage tiled = new LearnedResizer(network, new ResizeSettings(2, 3), options).Resize(
                source,
                null,
                TestContext.Current.CancellationToken
            );
            Core.Tests.Resampling.ResamplerTests.AssertSame(whole, tiled);
        }
    }

    private static PictureGeometry Geometry(NetworkTask task, int scale, int halo, ColourOptions options) =>
        new(NeighbourhoodNetwork.Describe(task, scale).Shape with { Halo = halo }, Side, Side, options);
}
