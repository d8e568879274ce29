// A classical resize whose parts are computed when somebody asks for them, so that an editor's tile need not wait for the whole. Tables
// depend on sizes alone, and a row of them on the position alone: a part has the bytes it has in the whole picture.
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Resampling;

/// <summary>Parts of <see cref="Resampler.Resize(PixelImage, int, int, ResamplingKernel, IProgress{double}, CancellationToken)"/>.
/// Thread-safe.</summary>
public sealed class ResampledPicture
{
    private readonly PixelImage _source;
    private readonly AxisWeights _horizontal;
    private readonly AxisWeights _vertical;
    private readonly bool _isPremultiplied;

    /// <param name="source">The picture; must not change afterwards.</param>
    /// <param name="width">Width of the whole result.</param>
    /// <param name="height">Height of the whole result.</param>
    /// <param name="kernel">The kernel.</param>
    public ResampledPicture(PixelImage source, int width, int height, ResamplingKernel kernel)
    {
        ArgumentNullException.ThrowIfNull(source);
        _source = source;
        _horizontal = AxisWeights.Create(source.Width, width, kernel);
        _vertical = AxisWeights.Create(source.Height, height, kernel);
        _isPremultiplied = source.HasAlpha && !Samples.IsOpaque(source);
    }

    /// <summary>One rectangle of the result, as a picture of its own. Works on the calling thread alone.</summary>
    /// <param name="part">Inside the result.</param>
    /// <param name="cancellationToken">Stops within a row.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rectangle is empty or not inside the result.</exception>
    public PixelImage Part(TileRect part, CancellationToken cancellationToken = default)
    {
        if (
            part.X < 0
            || part.Y < 0
            || part.Width < 1
            || part.Height < 1
            || part.Right > _horizontal.Length
            || part.Bottom > _vertical.Length
        )
        {
            throw new ArgumentOutOfRangeException(
                nameof(part),
                part,
                $"The part must be inside the {_horizontal.Length} x {_vertical.Length} result."
            );
        }

        PixelImage result = PixelImage.Create(part.Width, part.Height, _source.Layout, _source.BitsPerSample);
        BandResampler rows = new BandResampler(_horizontal, _vertical, _source.Channels, part.X, part.Right);
        rows.Run(
            part.Y,
            part.Bottom,
            (y, row) =>
            {
                Samples.Read(_source, rows.SourceX, y, rows.SourceWidth, row);
                if (_isPremultiplied)
                {
                    Resampler.Premultiply(row, _source.Channels, _source.MaxValue);
                }
            },
            (y, row) =>
            {
                if (_isPremultiplied)
                {
                    Resampler.Unpremultiply(row, _source.Channels, _source.MaxValue);
                }

                Samples.Write(result, 0, y - part.Y, row);
            },
            cancellationToken
        );
        return result;
    }
}
