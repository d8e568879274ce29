// The layers of a network as stages of a stream. A stage says which pixels it must read for the pixels it makes; from that alone follow the
// halo, the part of every layer a tile needs, the rows in work at a time, and the order of work. It makes its rows from the top down, some
// at a time, and outside the source they are zeros: a convolution's padding.
namespace RsrPlugins.Core.Inference.Cpu;

/// <summary>What all stages of one run share.</summary>
internal sealed unsafe class RunContext(CpuKernels kernels)
{
    public CpuKernels Kernels => kernels;

    public TileSource Source { get; set; }

    /// <summary>The source's planes, one after another.</summary>
    public float* Input { get; set; }

    /// <summary>The result.</summary>
    public float* Output { get; set; }

    /// <summary>Values of a row of the result.</summary>
    public int OutputWidth { get; set; }

    /// <summary>Memory of one stage's work at a time.</summary>
    public float* Scratch { get; set; }

    public CancellationToken CancellationToken { get; set; }

    public float* InputRow(int plane, int y) => Input + ((((nint)plane * Source.Height) + y) * Source.Width);
}

/// <summary>One layer of one worker.</summary>
internal abstract unsafe class Stage
{
    protected Stage(RunContext context, int channels, params Stage[] inputs)
    {
        (Context, Inputs, Channels) = (context, inputs, channels);
        Rows = new FeatureRows(channels);
    }

    /// <summary>Stages whose rows this one reads.</summary>
    public Stage[] Inputs { get; }

    /// <summary>Floats of a pixel; 0 for the last stage, which writes the result.</summary>
    public int Channels { get; }

    public FeatureRows Rows { get; }

    /// <summary>All pixels that are read of this run's.</summary>
    public Area Wanted { get; set; }

    /// <summary>All pixels this run makes.</summary>
    public Area Area { get; set; }

    /// <summary>The row up to which they are made.</summary>
    public int Done { get; set; }

    /// <summary>The row up to which they are wanted next.</summary>
    public int End { get; set; }

    /// <summary>Rows held at a time.</summary>
    public int Capacity { get; set; }

    protected RunContext Context { get; }

    protected CpuKernels Kernels => Context.Kernels;

    /// <summary>What is made if this much is wanted.</summary>
    public virtual Area Rounded(Area wanted) => wanted;

    /// <summary>What is read of an input in all.</summary>
    public virtual Area ReadArea(int input) => Context.Source.Clip(Wanted);

    /// <summary>The first row of an input that is still to be read.</summary>
    public virtual int ReadStart(int input) => Done;

    /// <summary>The row of an input up to which it must be made for the rows up to <see cref="End"/>.</summary>
    public virtual int ReadEnd(int input) => End;

    /// <summary>Floats of scratch memory for this run.</summary>
    public virtual long ScratchLength => 0;

    /// <summary>Makes rows from Done to End.</summary>
    public void Produce()
    {
        Context.CancellationToken.ThrowIfCancellationRequested();
        if (End > Done)
        {
            Produce(Done, End);
            Done = End;
        }
    }

    protected abstract void Produce(int top, int bottom);

    /// <summary>Zeros outside the source. Columns there are never written, so once for all rows is enough.</summary>
    public void ClearOutside()
    {
        Area inside = Context.Source.Clip(Area);
        if (Channels == 0 || (inside.Left == Area.Left && inside.Right == Area.Right))
        {
            return;
        }

        for (int y = Area.Top; y < Math.Min(Area.Top + Capacity, Area.Bottom); y++)
        {
            Clear(y, Area.Left, inside.Left);
            Clear(y, inside.Right, Area.Right);
        }
    }

    /// <summary>Zeros a row outside the source; true if it was one.</summary>
    protected bool IsOutside(int y)
    {
        if (y >= 0 && y < Context.Source.Height)
        {
            return false;
        }

        Clear(y, Area.Left, Area.Right);
        return true;
    }

    private void Clear(int y, int left, int right)
    {
        if (right > left)
        {
            new Span<float>(Rows.At(y, left), (right - left) * Channels).Clear();
        }
    }
}

/// <summary>A first layer: 3 x 3 from luma to 64 channels, LReLU.</summary>
internal sealed unsafe class LumaStage(RunContext context, LumaWeights weights, float slope) : Stage(context, CpuKernels.Channels)
{
    private const int Taps = LumaWindows.Taps;

    public override long ScratchLength => (long)Taps * (Area.Right - Area.Left);

    protected override void Produce(int top, int bottom)
    {
        Area inside = Context.Source.Clip(Area);
        for (int y = top; y < bottom; y++)
        {
            if (IsOutside(y))
            {
                continue;
            }

            for (int row = 0; row < 3; row++)
            {
                int from = y + row - 1;
                float* source = from < 0 || from >= Context.Source.Height ? null : Context.InputRow(0, from);
                LumaWindows.CollectRow(source, Context.Source.Width, inside.Left, inside.Right, Context.Scratch + (3 * row));
            }

            fixed (
                float* matrix = weights.Packed,
                    bias = weights.Bias
            )
            {
                Kernels.Multiply(
                    Context.Scratch,
                    Taps,
                    matrix,
                    Taps,
                    bias,
                    0,
                    Rows.At(y, inside.Left),
                    CpuKernels.Channels,
                    inside.Right - inside.Left,
                    slope
                );
            }
        }
    }
}

/// <summary>The left matrix of a first layer's product: the nine values around every pixel.</summary>
internal static unsafe class LumaWindows
{
    public const int Taps = 9;

    /// <summary>One of the three rows around a row of pixels.</summary>
    /// <param name="source">The row's first value; null for a row outside, which is zeros.</param>
    /// <param name="width">Values of the row; beyond are zeros.</param>
    /// <param name="left">The first pixel.</param>
    /// <param name="right">The end of the pixels.</param>
    /// <param name="target">Receives three values for each pixel, <see cref="Taps"/> apart.</param>
    public static void CollectRow(float* source, int width, int left, int right, float* target)
    {
        if (source == null)
        {
            for (int x = left; x < right; x++, target += Taps)
            {
                (target[0], target[1], target[2]) = (0, 0, 0);
            }

            return;
        }

        float before = left > 0 ? source[left - 1] : 0,
            here = source[left];
        for (int x = left; x < right; x++, target += Taps)
        {
            float after = x + 1 < width ? source[x + 1] : 0;
            (target[0], target[1], target[2]) = (before, here, after);
            (before, here) = (here, after);
        }
    }
}

/// <summary>1 x 1 from some maps to 64 channels, and LReLU or its gradient.</summary>
/// <param name="context">Of the run.</param>
/// <param name="weights">For each input a matrix.</param>
/// <param name="slope">LReLU's; 1 for none.</param>
/// <param name="signs">A map whose values are above 0 where the gradient passes as it is, elsewhere times <paramref
/// name="signSlope"/>.</param>
/// <param name="signSlope">See there.</param>
/// <param name="inputs">In the weights' order.</param>
internal sealed unsafe class PointwiseStage(
    RunContext context,
    PointwiseWeights weights,
    float slope,
    Stage? signs,
    float signSlope,
    params Stage[] inputs
) : Stage(context, CpuKernels.Channels, signs is null ? inputs : [.. inputs, signs])
{
    /// <summary>Pixels whose sums stay in the first-level cache while one map after another is added.</summary>
    private const int Chunk = 48;

    protected override void Produce(int top, int bottom)
    {
        Area inside = Context.Source.Clip(Area);
        for (int y = top; y < bottom; y++)
        {
            if (IsOutside(y))
            {
                continue;
            }

            for (int left = inside.Left; left < inside.Right; left += Chunk)
            {
                Produce(y, left, Math.Min(Chunk, inside.Right - left));
            }
        }
    }

    private void Produce(int y, int left, int pixels)
    {
        float* target = Rows.At(y, left);
        fixed (
            float* matrices = weights.Packed,
                bias = weights.Bias
        )
        {
            float* matrix = matrices;
            for (int i = 0; i < weights.Depths.Length; i++)
            {
                (int depth, bool isLast) = (weights.Depths[i], i == weights.Depths.Length - 1);
                float* start = i == 0 ? bias : target;
                nint startStride = i == 0 ? 0 : CpuKernels.Channels;
                Kernels.Multiply(
                    Inputs[i].Rows.At(y, left),
                    Inputs[i].Channels,
                    matrix,
                    depth,
                    start,
                    startStride,
                    target,
                    CpuKernels.Channels,
                    pixels,
                    isLast ? slope : 1
                );
                matrix += depth * CpuKernels.Channels;
            }
        }

        if (signs is not null)
        {
            Kernels.ApplySlopes(target, signs.Rows.At(y, left), signSlope, pixels * CpuKernels.Channels);
        }
    }
}

/// <summary>3 x 3 from 64 to 64 channels by Winograd's F(4 x 4, 3 x 3) on the picture's cells, and LReLU or its gradient.</summary>
/// <param name="context">Of the run.</param>
/// <param name="weights">The transformed kernel.</param>
/// <param name="slope">LReLU's; 1 for none.</param>
/// <param name="signs">As for <see cref="PointwiseStage"/>.</param>
/// <param name="signSlope">See there.</param>
/// <param name="input">What is convolved.</param>
internal sealed unsafe class CellStage(RunContext context, CellWeights weights, float slope, Stage? signs, float signSlope, Stage input)
    : Stage(context, CpuKernels.Channels, signs is null ? [input] : [input, signs])
{
    /// <summary>Cells whose transforms are held at a time: with the kernel they should fit a second-level cache of 1 MB.</summary>
    private const int Block = 36;

    private const int Cell = CpuKernels.CellSide;

    public override Area Rounded(Area wanted) => Context.Source.Cells(wanted);

    public override Area ReadArea(int input) => input == 0 ? Context.Source.Windows(Wanted) : base.ReadArea(input);

    public override int ReadStart(int input) => input == 0 ? Done - 1 : Done;

    public override int ReadEnd(int input) => input == 0 ? Context.Source.CellEnd(End) + 1 : End;

    public override long ScratchLength => 2L * CpuKernels.Points * PointStride;

    private static nint PointStride => (Block * CpuKernels.Channels) + CpuKernels.CacheLine;

    protected override void Produce(int top, int bottom)
    {
        // Cells that lie outside altogether are zeros.
        Area touched = Context.Source.Cells(Context.Source.Clip(Area));
        int columns = (touched.Right - touched.Left) / Cell;
        int blocks = ((columns - 1) / Block) + 1;
        int width = ((columns - 1) / blocks) + 1;
        int height = Math.Max(1, Block / width);
        int y = top;
        for (; y < Math.Min(bottom, touched.Top); y++)
        {
            IsOutside(y);
        }

        while (y < Math.Min(bottom, touched.Bottom))
        {
            int rows = Math.Min(height, (Math.Min(bottom, touched.Bottom) - y) / Cell);
            for (int column = 0; column < columns; column += width)
            {
                Context.CancellationToken.ThrowIfCancellationRequested();
                ProduceBlock(y, rows, touched.Left + (column * Cell), Math.Min(width, columns - column));
            }

            y += rows * Cell;
        }

        for (; y < bottom; y++)
        {
            IsOutside(y);
        }
    }

    private void ProduceBlock(int top, int rows, int left, int cells)
    {
        float* inputs = Context.Scratch;
        float* products = inputs + (CpuKernels.Points * PointStride);
        float** window = stackalloc float*[CpuKernels.WindowSide];
        for (int row = 0; row < rows; row++)
        {
            for (int i = 0; i < CpuKernels.WindowSide; i++)
            {
                // A row that is not made is one that no result of ours is made of; any will do.
                window[i] = Inputs[0].Rows.At(Math.Clamp(top + (row * Cell) + i - 1, Inputs[0].Area.Top, Inputs[0].Done - 1), left - 1);
            }

            Kernels.TransformInputs(window, cells, inputs + (row * cells * CpuKernels.Channels), PointStride);
        }

        fixed (
            float* kernel = weights.Kernel,
                bias = weights.Bias
        )
        {
            Kernels.MultiplyPoints(inputs, rows * cells, PointStride, kernel, products);
            for (int row = 0; row < rows; row++)
            {
                StoreResults(products + (row * cells * CpuKernels.Channels), top + (row * Cell), left, cells, bias);
            }
        }
    }

    private void StoreResults(float* products, int top, int left, int cells, float* bias)
    {
        float** rows = stackalloc float*[Cell];
        for (int i = 0; i < Cell; i++)
        {
            rows[i] = IsOutside(top + i) ? null : Rows.At(top + i, left);
        }

        int columns = Math.Min(cells * Cell, Context.Source.Width - left);
        Kernels.TransformResults(products, cells, PointStride, bias, slope, rows, columns);
        if (signs is null)
        {
            return;
        }

        // The map of signs may be narrower: there it is not wanted.
        int first = Math.Max(left, signs.Area.Left),
            last = Math.Min(left + columns, signs.Area.Right);
        for (int y = top; y < top + Cell; y++)
        {
            if (y >= 0 && y < Context.Source.Height && y < signs.Area.Bottom && y >= signs.Area.Top && last > first)
            {
                Kernels.ApplySlopes(Rows.At(y, first), signs.Rows.At(y, first), signSlope, (last - first) * CpuKernels.Channels);
            }
        }
    }
}

/// <summary>SRNet's end: 1 x 1 from all maps and the luma to d x d sub-pixels, which go to their places.</summary>
internal sealed unsafe class SubPixelStage(RunContext context, SubPixelWeights weights, params Stage[] inputs) : Stage(context, 0, inputs)
{
    private readonly int _scale = weights.Scale;

    public override long ScratchLength => SubPixelSums.ScratchLength(weights, Area.Right - Area.Left);

    protected override void Produce(int top, int bottom)
    {
        for (int y = top; y < bottom; y++)
        {
            float* sums = SubPixelSums.Row(Context, weights, Inputs, y, Area.Left, Area.Right);
            int stride = SubPixelSums.Stride(weights);
            float* small = Context.InputRow(0, y);
            for (int i = 0; i < _scale; i++)
            {
                float* target = Context.Output + ((((nint)y * _scale) + i) * Context.OutputWidth) + (Area.Left * _scale);
                float* from = sums + (i * _scale);
                for (int x = Area.Left; x < Area.Right; x++, from += stride, target += _scale)
                {
                    for (int j = 0; j < _scale; j++)
                    {
                        target[j] = MathF.FusedMultiplyAdd(small[x], weights.OfSmall[(i * _scale) + j], from[j]);
                    }
                }
            }
        }
    }
}

/// <summary>The error of every sub-pixel: what SRNet makes, less what the other planes of the input hold.</summary>
internal sealed unsafe class ErrorStage(RunContext context, SubPixelWeights weights, params Stage[] inputs)
    : Stage(context, SubPixelSums.Stride(weights), inputs)
{
    public override long ScratchLength => SubPixelSums.ScratchLength(weights, Area.Right - Area.Left);

    protected override void Produce(int top, int bottom)
    {
        Area inside = Context.Source.Clip(Area);
        int count = weights.Scale * weights.Scale;
        for (int y = top; y < bottom; y++)
        {
            if (IsOutside(y))
            {
                continue;
            }

            float* sums = SubPixelSums.Row(Context, weights, Inputs, y, inside.Left, inside.Right);
            float* small = Context.InputRow(0, y);
            for (int i = 0; i < count; i++)
            {
                float* large = Context.InputRow(1 + i, y);
                float* from = sums + i;
                float* target = Rows.At(y, inside.Left) + i;
                for (int x = inside.Left; x < inside.Right; x++, from += Channels, target += Channels)
                {
                    *target = MathF.FusedMultiplyAdd(
                        large[x],
                        weights.OfLarge[i],
                        MathF.FusedMultiplyAdd(small[x], weights.OfSmall[i], *from)
                    );
                }
            }
        }
    }
}

/// <summary>What both of SRNet's last layers have in common.</summary>
internal static unsafe class SubPixelSums
{
    /// <summary>Floats of a pixel.</summary>
    public static int Stride(SubPixelWeights weights) => ((weights.Scale * weights.Scale) + 3) / 4 * 4;

    public static long ScratchLength(SubPixelWeights weights, int width) =>
        (CpuKernels.SubPixelRows * CpuKernels.SubPixelLanes(weights.Scale * weights.Scale)) + ((long)Stride(weights) * width);

    /// <summary>The features' part of a row.</summary>
    /// <returns>[right - left, <see cref="Stride"/>].</returns>
    public static float* Row(RunContext context, SubPixelWeights weights, Stage[] inputs, int y, int left, int right)
    {
        int outputs = weights.Scale * weights.Scale;
        float** maps = stackalloc float*[inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            maps[i] = inputs[i].Rows.At(y, left);
        }

        float* sums = context.Scratch + (CpuKernels.SubPixelRows * CpuKernels.SubPixelLanes(outputs));
        fixed (float* packed = weights.Packed)
        {
            context.Kernels.MultiplySubPixels(maps, inputs.Length, packed, outputs, right - left, context.Scratch, sums);
        }

        return sums;
    }
}

/// <summary>RRNet's end: d x d with stride d from the features and the luma to one value, held between two bounds. Its pixels are those of
/// the result.</summary>
internal sealed unsafe class ReducingStage(RunContext context, WindowWeights weights, float minimum, float maximum, Stage input)
    : Stage(context, 0, input)
{
    private readonly int _scale = weights.Side;

    public override Area ReadArea(int input) =>
        new(Wanted.Left * _scale, Wanted.Top * _scale, Wanted.Right * _scale, Wanted.Bottom * _scale);

    public override int ReadStart(int input) => Done * _scale;

    public override int ReadEnd(int input) => End * _scale;

    public override long ScratchLength => Area.Right - Area.Left;

    protected override void Produce(int top, int bottom)
    {
        float** rows = stackalloc float*[_scale];
        int count = Area.Right - Area.Left;
        for (int y = top; y < bottom; y++)
        {
            for (int i = 0; i < _scale; i++)
            {
                rows[i] = Inputs[0].Rows.At((y * _scale) + i, Area.Left * _scale);
            }

            fixed (float* features = weights.Features)
            {
                Kernels.SumWindows(rows, _scale, _scale, _scale, features, count, Context.Scratch);
            }

            float* target = Context.Output + ((nint)y * Context.OutputWidth) + Area.Left;
            for (int x = 0; x < count; x++)
            {
                float sum = Context.Scratch[x] + weights.Bias;
                for (int i = 0; i < _scale; i++)
                {
                    float* luma = Context.InputRow(0, (y * _scale) + i) + ((Area.Left + x) * _scale);
                    for (int j = 0; j < _scale; j++)
                    {
                        sum = MathF.FusedMultiplyAdd(luma[j], weights.Others[(i * _scale) + j], sum);
                    }
                }

                // Like Clip of ONNX Runtime, and no number stays none.
                target[x] =
                    sum < minimum ? minimum
                    : sum > maximum ? maximum
                    : sum;
            }
        }
    }
}

/// <summary>The gradient's end: 3 x 3 from the first map's gradient to one value, and the error of the pixel's own sub-pixels.</summary>
internal sealed unsafe class SlopeStage(RunContext context, WindowWeights weights, Stage gradient, Stage error)
    : Stage(context, 0, gradient, error)
{
    private const int Side = 3;

    public override Area ReadArea(int input) => input == 0 ? Wanted.Expand(1) : Wanted;

    public override int ReadStart(int input) => input == 0 ? Done - 1 : Done;

    public override int ReadEnd(int input) => input == 0 ? End + 1 : End;

    public override long ScratchLength => Area.Right - Area.Left;

    protected override void Produce(int top, int bottom)
    {
        float** rows = stackalloc float*[Side];
        int count = Area.Right - Area.Left;
        for (int y = top; y < bottom; y++)
        {
            for (int i = 0; i < Side; i++)
            {
                rows[i] = Inputs[0].Rows.At(y + i - 1, Area.Left - 1);
            }

            fixed (float* features = weights.Features)
            {
                Kernels.SumWindows(rows, Side, Side, 1, features, count, Context.Scratch);
            }

            float* target = Context.Output + ((nint)y * Context.OutputWidth) + Area.Left;
            float* error = Inputs[1].Rows.At(y, Area.Left);
            for (int x = 0; x < count; x++, error += Inputs[1].Channels)
            {
                float sum = Context.Scratch[x] + weights.Bias;
                for (int i = 0; i < weights.Others.Length; i++)
                {
                    sum = MathF.FusedMultiplyAdd(error[i], weights.Others[i], sum);
                }

                target[x] = sum;
            }
        }
    }
}
