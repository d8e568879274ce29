// A reduction fills its last block up, so undoing it gives a few columns and rows too many: they are cut off here.
namespace RsrPlugins.Core.Imaging;

/// <summary>Parts of pictures.</summary>
public static class Cropping
{
    /// <summary>The top-left part of a picture; the picture itself if that is all of it.</summary>
    public static PixelImage TopLeft(PixelImage source, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (width == source.Width && height == source.Height)
        {
            return source;
        }

        PixelImage result = PixelImage.Create(width, height, source.Layout, source.BitsPerSample);
        int rowLength = width * source.Channels;
        int sourceRowLength = source.Width * source.Channels;
        for (int y = 0; y < height; y++)
        {
            if (source.BitsPerSample == 8)
            {
                source.Samples8.Slice(y * sourceRowLength, rowLength).CopyTo(result.Samples8.Slice(y * rowLength, rowLength));
            }
            else
            {
                source.Samples16.Slice(y * sourceRowLength, rowLength).CopyTo(result.Samples16.Slice(y * rowLength, rowLength));
            }
        }

        return result;
    }
}
