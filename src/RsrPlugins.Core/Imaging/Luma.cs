// Luma is BT.601 studio luma (MATLAB rgb2ycbcr) everywhere in this project: black 16, white 235 on the 8-bit scale.
namespace RsrPlugins.Core.Imaging;

/// <summary>BT.601 studio luma: Y = 16 + (65.481 R + 128.553 G + 24.966 B) / 255 for 8-bit R'G'B'.</summary>
public static class Luma
{
    /// <summary>Y on the 8-bit scale (16 to 235) of gamma-coded values on the 8-bit scale (0 to 255).</summary>
    public static float Bt601Studio(float red, float green, float blue) =>
        16f + (((65.481f * red) + (128.553f * green) + (24.966f * blue)) / 255f);

    /// <summary>The luma plane of a picture on the 8-bit scale, rounded to integers as the protocol asks; alpha is ignored.</summary>
    public static float[] Bt601StudioRounded(PixelImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        float[] plane = new float[image.Width * image.Height];
        float[] row = new float[image.Width * image.Channels];
        int channels = image.Channels,
            blue = image.HasColour ? 2 : 0,
            green = image.HasColour ? 1 : 0;
        float toEightBit = 255f / image.MaxValue;
        for (int y = 0; y < image.Height; y++)
        {
            Samples.Read(image, 0, y, image.Width, row);
            Span<float> output = plane.AsSpan(y * image.Width, image.Width);
            for (int x = 0, i = 0; x < output.Length; x++, i += channels)
            {
                output[x] = MathF.Floor(Bt601Studio(row[i] * toEightBit, row[i + green] * toEightBit, row[i + blue] * toEightBit) + 0.5f);
            }
        }

        return plane;
    }
}
