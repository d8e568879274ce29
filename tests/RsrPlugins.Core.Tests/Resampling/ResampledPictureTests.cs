// Parts of a classical resize are the bytes of the whole.
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Core.Tests.Resizing;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Tests.Resampling;

public sealed class ResampledPictureTests
{
    [Theory]
    [InlineData(PixelLayout.Rgb, 8, 97, 61)]
    [InlineData(PixelLayout.Rgba, 8, 97, 61)]
    [InlineData(PixelLayout.GreyAlpha, 16, 20, 150)]
    [InlineData(PixelLayout.Grey, 8, 17, 11)]
    public void Any_part_is_that_part_of_the_whole(PixelLayout layout, int bits, int width, int height)
    {
        PixelImage source = LearnedResizerTests.Patchwork(43, 31, layout, bits);
        foreach (ResamplingKernel kernel in new[] { ResamplingKernel.Bicubic, ResamplingKernel.Nearest, ResamplingKernel.Lanczos3 })
        {
            PixelImage whole = Resampler.Resize(source, width, height, kernel, null, TestContext.Current.CancellationToken);
            ResampledPicture resampled = new ResampledPicture(source, width, height, kernel);
            foreach (
                TileRect part in new[]
                {
                    new TileRect(0, 0, width, height),
                    new TileRect(5, 3, 7, 8),
                    new TileRect(width - 4, height - 1, 4, 1),
                    new TileRect(0, height - 9, 1, 9),
                }
            )
            {
                PixelImage made = resampled.Part(part, TestContext.Current.CancellationToken);
                for (int y = 0; y < part.Height; y++)
                {
                    int from = (((part.Y + y) * width) + part.X) * whole.Channels,
                        at = y * part.Width * whole.Channels,
                        count = part.Width * whole.Channels;
                    Assert.True(
                        bits == 8
                            ? whole.Samples8.Slice(from, count).SequenceEqual(made.Samples8.Slice(at, count))
                            : whole.Samples16.Slice(from, count).SequenceEqual(made.Samples16.Slice(at, count))
                    );
                }
            }

            Assert.Throws<ArgumentOutOfRangeException>(() => resampled.Part(new TileRect(1, 0, width, height), CancellationToken.None));
        }
    }
}
