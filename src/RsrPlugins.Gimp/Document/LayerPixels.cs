// Pixels of a layer out of GIMP and results into a buffer of GEGL's own, which goes to the disk by itself when memory is short; so a
// document with many large layers needs memory for one at a time.
//
// Float layers may hold values below 0 or above 1 (highlights of a RAW or HDR picture). The engine knows none, so the picture is split:
// what lies between 0 and 1 is resized by the network, the excess by the classical kernel, and the sum is what comes back.
using System.Runtime.InteropServices;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Gimp.Editor;
using RsrPlugins.Gimp.Interop;

namespace RsrPlugins.Gimp.Document;

/// <summary>A layer's pixels, and how to bring a resized version back into the same form.</summary>
internal sealed unsafe class LayerPixels
{
    // Floats are converted in bands, so that memory grows with the 16-bit picture and not with the floats.
    private const int RowsPerBand = 64;

    private readonly nint _nativeFormat;
    private readonly WorkFormat _format;

    private LayerPixels(nint nativeFormat, WorkFormat format, PixelImage picture)
    {
        _nativeFormat = nativeFormat;
        _format = format;
        Picture = picture;
    }

    /// <summary>What the engine resizes.</summary>
    public PixelImage Picture { get; }

    /// <summary>
    /// For float layers with values outside 0 to 1: what is beyond, per sample, times alpha; else null. Width x height x colour channels.
    /// </summary>
    public float[]? Excess { get; private set; }

    private int ColourChannels => Picture.HasColour ? 3 : 1;

    /// <summary>Reads a whole layer.</summary>
    public static LayerPixels Read(Item layer) => Read(layer, new GeglRectangle(0, 0, layer.Width, layer.Height), layer.HasAlpha);

    /// <summary>Reads a part of a layer as copying would take it: with alpha, which the selection lowers.</summary>
    /// <param name="area">In the layer's own coordinates.</param>
    public static LayerPixels ReadSelected(Item layer, GeglRectangle area, Item selection)
    {
        LayerPixels pixels = Read(layer, area, withAlpha: true);
        (int x, int y) = layer.Offset;
        PixelImage mask = ReadMask(selection, new GeglRectangle(x + area.X, y + area.Y, area.Width, area.Height)).Picture;
        int channels = pixels.Picture.Channels;
        for (int i = 0; i < area.Width * area.Height; i++)
        {
            double selected = (mask.BitsPerSample == 8 ? mask.Samples8[i] : mask.Samples16[i]) / (double)mask.MaxValue;
            int alpha = (i * channels) + channels - 1;
            if (pixels.Picture.BitsPerSample == 8)
            {
                pixels.Picture.Samples8[alpha] = (byte)Math.Round(pixels.Picture.Samples8[alpha] * selected);
            }
            else
            {
                pixels.Picture.Samples16[alpha] = (ushort)Math.Round(pixels.Picture.Samples16[alpha] * selected);
            }

            for (int channel = 0; channel < channels - 1 && pixels.Excess is not null; channel++)
            {
                pixels.Excess[((long)i * (channels - 1)) + channel] *= (float)selected;
            }
        }

        return pixels;
    }

    /// <summary>Reads a mask, or the selection, as it is stored: 8 bits, or 16 for everything finer.</summary>
    public static LayerPixels ReadMask(Item mask, GeglRectangle? part = null)
    {
        nint buffer = LibGimp.gimp_drawable_get_buffer(mask.Handle);
        try
        {
            nint native = LibGegl.GetFormat(buffer);
            string encoding = LibGegl.EncodingOf(native);
            WorkFormat format = new WorkFormat(
                encoding[..encoding.LastIndexOf(' ')],
                PixelLayout.Grey,
                encoding.EndsWith(" u8", StringComparison.Ordinal) ? 8 : 16,
                IsFloat: false
            );
            GeglRectangle area = part ?? new GeglRectangle(0, 0, mask.Width, mask.Height);
            LayerPixels pixels = new LayerPixels(native, format, PixelImage.Create(area.Width, area.Height, PixelLayout.Grey, format.Bits));
            pixels.ReadIntegers(buffer, area);
            return pixels;
        }
        finally
        {
            GObject.Unref(buffer);
        }
    }

    /// <summary>Keeps a resized picture in a buffer, in the form in which it was read.</summary>
    /// <param name="resized">Same layout and depth as <see cref="Picture"/>.</param>
    /// <param name="cancellationToken">Checked between the excess's planes.</param>
    public StoredPixels Store(PixelImage resized, CancellationToken cancellationToken = default)
    {
        GeglRectangle area = new GeglRectangle(0, 0, resized.Width, resized.Height);
        nint format = LibGegl.FormatWithSpace(Excess is null ? _format.Encoding : _format.FloatEncoding, _nativeFormat);
        nint buffer = LibGegl.NewBuffer(area, format);
        if (Excess is null)
        {
            fixed (byte* samples = Bytes(resized))
            {
                LibGegl.Set(buffer, area, 0, format, samples, 0);
            }
        }
        else
        {
            SetWithExcess(buffer, resized, ResizeExcess(Excess, resized, cancellationToken));
        }

        return new StoredPixels(buffer, resized.Width, resized.Height);
    }

    private static LayerPixels Read(Item layer, GeglRectangle area, bool withAlpha)
    {
        nint buffer = LibGimp.gimp_drawable_get_buffer(layer.Handle);
        try
        {
            nint native = LibGegl.GetFormat(buffer);
            WorkFormat format = WorkFormat.For(LibGegl.EncodingOf(native), layer.IsGrey, withAlpha);
            LayerPixels pixels = new LayerPixels(native, format, PixelImage.Create(area.Width, area.Height, format.Layout, format.Bits));
            if (format.IsFloat)
            {
                pixels.ReadFloats(buffer, area);
            }
            else
            {
                pixels.ReadIntegers(buffer, area);
            }

            return pixels;
        }
        finally
        {
            GObject.Unref(buffer);
        }
    }

    private static Span<byte> Bytes(PixelImage picture) =>
        picture.BitsPerSample == 8 ? picture.Samples8 : MemoryMarshal.AsBytes(picture.Samples16);

    private void ReadIntegers(nint buffer, GeglRectangle area)
    {
        fixed (byte* samples = Bytes(Picture))
        {
            LibGegl.Get(buffer, area, 1, LibGegl.FormatWithSpace(_format.Encoding, _nativeFormat), samples, 0, 0);
        }
    }

    private void ReadFloats(nint buffer, GeglRectangle area)
    {
        nint format = LibGegl.FormatWithSpace(_format.FloatEncoding, _nativeFormat);
        int channels = Picture.Channels;
        int colours = ColourChannels;
        float[] band = new float[RowsPerBand * area.Width * channels];
        for (int top = 0; top < area.Height; top += RowsPerBand)
        {
            int rows = Math.Min(RowsPerBand, area.Height - top);
            fixed (float* values = band)
            {
                LibGegl.Get(buffer, new GeglRectangle(area.X, area.Y + top, area.Width, rows), 1, format, values, 0, 0);
            }

            Span<ushort> samples = Picture.Samples16.Slice(top * area.Width * channels, rows * area.Width * channels);
            for (int i = 0; i < samples.Length; i++)
            {
                float value = float.IsNaN(band[i]) ? 0 : band[i];
                samples[i] = (ushort)MathF.Round(Math.Clamp(value, 0, 1) * ushort.MaxValue);
                int channel = i % channels;
                // Less than a step of 16 bits is rounding of the conversion.
                if (channel < colours && value is < -1f / ushort.MaxValue or > 1 + (1f / ushort.MaxValue) && float.IsFinite(value))
                {
                    int pixel = (top * area.Width) + (i / channels);
                    float alpha = Picture.HasAlpha ? Math.Clamp(band[i - channel + channels - 1], 0, 1) : 1;
                    Excess ??= new float[(long)area.Width * area.Height * colours];
                    Excess[((long)pixel * colours) + channel] = (value - Math.Clamp(value, 0, 1)) * alpha;
                }
            }
        }
    }

    private float[][] ResizeExcess(float[] excess, PixelImage resized, CancellationToken cancellationToken)
    {
        int colours = ColourChannels;
        float[] plane = new float[Picture.Width * Picture.Height];
        float[][] planes = new float[colours][];
        for (int channel = 0; channel < colours; channel++)
        {
            for (int i = 0; i < plane.Length; i++)
            {
                plane[i] = excess[((long)i * colours) + channel];
            }

            planes[channel] = Resampler.Resize(
                plane,
                Picture.Width,
                Picture.Height,
                resized.Width,
                resized.Height,
                ResamplingKernel.Bicubic,
                cancellationToken
            );
        }

        return planes;
    }

    private void SetWithExcess(nint buffer, PixelImage resized, float[][] excess)
    {
        nint format = LibGegl.FormatWithSpace(_format.FloatEncoding, _nativeFormat);
        int channels = resized.Channels;
        float[] band = new float[RowsPerBand * resized.Width * channels];
        for (int top = 0; top < resized.Height; top += RowsPerBand)
        {
            int rows = Math.Min(RowsPerBand, resized.Height - top);
            ReadOnlySpan<ushort> samples = resized.Samples16.Slice(top * resized.Width * channels, rows * resized.Width * channels);
            for (int pixel = 0; pixel < rows * resized.Width; pixel++)
            {
                int first = pixel * channels;
                float alpha = resized.HasAlpha ? samples[first + channels - 1] / (float)ushort.MaxValue : 1;
                for (int channel = 0; channel < channels; channel++)
                {
                    float value = samples[first + channel] / (float)ushort.MaxValue;
                    bool carries = channel < excess.Length && alpha > 0;
                    band[first + channel] = carries ? value + (excess[channel][(top * resized.Width) + pixel] / alpha) : value;
                }
            }

            fixed (float* values = band)
            {
                LibGegl.Set(buffer, new GeglRectangle(0, top, resized.Width, rows), 0, format, values, 0);
            }
        }
    }
}

/// <summary>Pixels in a GEGL buffer of this process.</summary>
internal sealed class StoredPixels(nint buffer, int width, int height) : IDisposable
{
    private nint _buffer = buffer;

    public int Width { get; } = width;

    public int Height { get; } = height;

    /// <summary>Puts them into a layer or mask of the same size; undo must be able to restore what was there.</summary>
    public void CopyTo(Item item)
    {
        GeglRectangle all = new GeglRectangle(0, 0, Width, Height);
        nint target = LibGimp.gimp_drawable_get_buffer(item.Handle);
        LibGegl.Copy(_buffer, all, 0, target, all);
        LibGegl.Flush(target);
        GObject.Unref(target);
        EditorException.Check(LibGimp.gimp_drawable_update(item.Handle, 0, 0, Width, Height), "show the result");
    }

    public void Dispose()
    {
        if (_buffer != 0)
        {
            GObject.Unref(_buffer);
            _buffer = 0;
        }
    }
}
