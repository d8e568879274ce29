// How large a picture may be. A header of a kilobyte can ask for 65536 x 65536 pixels; whether input, steps and result fit into memory
// is known from sizes alone, so it is asked before anything is decoded. Pictures are the memory this tool takes: the buffers of
// tiles are bounded whatever the size. --max-pixels puts the user's own figure in the place of the machine's.
using RsrPlugins.Cli.Files;
using RsrPlugins.Core.Sizes;

namespace RsrPlugins.Cli.Batch;

/// <param name="maxPixels">Largest number of pixels of an input or a result; null for what fits into memory.</param>
/// <param name="memory">Bytes there are; null for what this process may have.</param>
internal sealed class PixelLimit(long? maxPixels, long? memory = null)
{
    // The runtime, the networks and the tiles, as `/usr/bin/time -v rsr` shows them for a small picture.
    private const long Base = 150_000_000;

    // A large picture under correction is held as luma and as what its enlargement lacks (docs/refinement.md).
    private const int EffortBytesPerPixel = 8;

    private readonly long _memory = memory ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>Refuses what is too large.</summary>
    /// <param name="name">For the error.</param>
    /// <param name="header">The input.</param>
    /// <param name="plan">What would be done.</param>
    /// <param name="effort">Passes of each step.</param>
    /// <exception cref="PictureFileException">Too large: says what was expected and found.</exception>
    public void Check(string name, PictureHeader header, ResizePlan plan, int effort)
    {
        // Also of what no memory would help.
        (int Width, int Height)[] sizes =
        [
            (header.Width, header.Height),
            .. plan.Steps.Select(step => (step.Width, step.Height)),
            (plan.Width, plan.Height),
        ];
        (int width, int height) = sizes.MaxBy(size => (long)size.Width * size.Height);
        if ((double)width * height * header.Channels > Array.MaxLength)
        {
            throw new PictureFileException(
                name,
                $"expected at most {Array.MaxLength / header.Channels} pixels, the limit for a picture with {header.Channels} channels, found {width} x {height}; split it into parts first"
            );
        }

        if (maxPixels is { } max)
        {
            long pixels = Math.Max((long)header.Width * header.Height, (long)plan.Width * plan.Height);
            if (pixels > max)
            {
                throw new PictureFileException(
                    name,
                    $"expected at most {max} pixels (--max-pixels), found {header.Width} x {header.Height} to be resized to {plan.Width} x {plan.Height}, {pixels}"
                );
            }

            return;
        }

        long bytes = BytesFor(header.Width, header.Height, header.Channels * header.BytesPerSample, plan, effort);
        if (bytes > _memory)
        {
            throw new PictureFileException(
                name,
                $"expected a picture that fits into the {Gigabytes(_memory)} of memory available, found {header.Width} x {header.Height} to be resized to {plan.Width} x {plan.Height}, which takes {Gigabytes(bytes)}; use --max-pixels to try it anyway"
            );
        }
    }

    /// <summary>Peak memory held at once, in bytes.</summary>
    internal static long BytesFor(int width, int height, int bytesPerPixel, ResizePlan plan, int effort)
    {
        double before = (double)width * height,
            peak = before;
        foreach (ResizeStep step in plan.Steps)
        {
            double after = (double)step.Width * step.Height;
            peak = Math.Max(peak, before + after + (effort > 0 ? Math.Max(before, after) * EffortBytesPerPixel / bytesPerPixel : 0));
            before = after;
        }

        if (plan.ClassicalStep)
        {
            peak = Math.Max(peak, before + ((double)plan.Width * plan.Height));
        }

        return (long)Math.Min(long.MaxValue / 2, peak * bytesPerPixel) + Base;
    }

    private static string Gigabytes(long bytes) => FormattableString.Invariant($"{bytes / 1e9:0.0} GB");
}
