// What bicubic reduction and enlargement lose of a picture says, before any training, about how large the networks' errors will be and
// where. It is asked for the square of every place that is drawn, so it is kept as a summed-area table (Crow, 1984) over cells of 8 x 8
// pixels.
using RsrPlugins.Core.Resampling;

namespace RsrPlugins.Trainer.Data;

/// <summary>Squared errors of a picture, of Y/255, after bicubic reduction and enlargement.</summary>
internal sealed class BicubicError
{
    private const int Cell = 8;

    /// <summary>One level squared: a place that bicubic enlargement restores better than that has nothing to teach.</summary>
    private const double Min = 1 / (255.0 * 255.0);

    private readonly int _columns;

    /// <summary>Sums over all cells above and to the left, [rows + 1, columns + 1].</summary>
    private readonly double[] _sums;

    /// <param name="image">A picture.</param>
    /// <param name="scale">Scale factor of the reduction.</param>
    internal BicubicError(LumaImage image, int scale)
    {
        // What a multiple of the scale factor leaves out at the right and at the bottom, at most 3 pixels, counts as error 0.
        LumaImage cropped = image.CentralCrop(0, scale);
        (int width, int height) = (cropped.Width, cropped.Height);
        float[] plane = cropped.ToUnit();
        float[] small = Reduction.Reduce(plane, width, height, scale, ResamplingKernel.Bicubic);
        float[] restored = Resampler.Resize(small, width / scale, height / scale, width, height, ResamplingKernel.Bicubic);
        _columns = CellsIn(image.Width) + 1;
        _sums = new double[_columns * (CellsIn(image.Height) + 1)];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                float error = plane[(y * width) + x] - restored[(y * width) + x];
                _sums[(((y / Cell) + 1) * _columns) + (x / Cell) + 1] += error * error;
            }
        }

        for (int i = _columns; i < _sums.Length; i++)
        {
            _sums[i] += i % _columns == 0 ? _sums[i - _columns] : _sums[i - 1] + _sums[i - _columns] - _sums[i - _columns - 1];
        }

        Mean = (_sums[^1] / plane.Length) + Min;

        static int CellsIn(int length) => (length + Cell - 1) / Cell;
    }

    /// <summary>Mean over the picture, and one level squared.</summary>
    internal double Mean { get; }

    /// <summary>Mean over the cells that a square touches, and one level squared.</summary>
    internal double At(int left, int top, int side)
    {
        (int x0, int y0, int x1, int y1) = (left / Cell, top / Cell, ((left + side - 1) / Cell) + 1, ((top + side - 1) / Cell) + 1);
        double sum = _sums[(y1 * _columns) + x1] - _sums[(y0 * _columns) + x1] - _sums[(y1 * _columns) + x0] + _sums[(y0 * _columns) + x0];
        return Math.Max(0, sum / ((x1 - x0) * (y1 - y0) * Cell * Cell)) + Min;
    }
}
