using System.Runtime.InteropServices;
using RsrPlugins.Core.Imaging;
using RsrPlugins.EffectHost;

namespace RsrPlugins.PaintDotNet.Tests;

internal static class PictureAssert
{
    /// <summary>Every byte, invisible pixels too.</summary>
    public static void SameBytes(Picture expected, Picture actual, string because)
    {
        Assert.Equal((expected.Width, expected.Height), (actual.Width, actual.Height));
        Assert.True(expected.Bytes.AsSpan().SequenceEqual(actual.Bytes), $"{because}: {PictureDifference.Between(expected, actual)}");
    }

    /// <summary>Nearest neighbour, as Image > Resize does it.</summary>
    public static Picture Enlarged(this Picture picture, int scale)
    {
        Picture large = new Picture(picture.Width * scale, picture.Height * scale);
        ReadOnlySpan<int> from = MemoryMarshal.Cast<byte, int>(picture.Bytes.AsSpan());
        Span<int> to = MemoryMarshal.Cast<byte, int>(large.Bytes.AsSpan());
        for (int i = 0; i < to.Length; i++)
        {
            to[i] = from[(i / large.Width / scale * picture.Width) + (i % large.Width / scale)];
        }

        return large;
    }

    public static PixelImage ToImage(this Picture picture)
    {
        PixelImage image = PixelImage.Create(picture.Width, picture.Height, PixelLayout.Rgba, 8);
        Layer.SwapRedAndBlue(picture.Bytes, image.Samples8);
        return image;
    }

    public static Picture ToPicture(this PixelImage image)
    {
        Picture picture = new Picture(image.Width, image.Height);
        Layer.SwapRedAndBlue(image.Samples8, picture.Bytes);
        return picture;
    }
}
