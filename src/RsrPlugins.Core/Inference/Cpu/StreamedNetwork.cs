// One worker's run of a network over a tile: row by row through all layers at once, so that no layer's result exists as a whole. Which part
// of each layer a tile needs and how many rows each must hold follows from what the stages say they read; nothing of it is written down.
namespace RsrPlugins.Core.Inference.Cpu;

/// <summary>The stages and memory of one worker; not thread-safe. Memory grows to what the largest tile so far has needed and is then
/// kept.</summary>
internal sealed unsafe class StreamedNetwork
{
    /// <summary>Cells in work at a time, if the tile is not wider: enough to read a kernel for.</summary>
    private const int StepCells = 36;

    private readonly RunContext _context;
    private readonly Stage[] _stages;
    private readonly int _blockRows;
    private float[] _memory = [];

    /// <param name="kernels">Of any width.</param>
    /// <param name="network">What to run.</param>
    public StreamedNetwork(CpuKernels kernels, PreparedNetwork network)
    {
        _context = new RunContext(kernels);
        _stages = network.CreateStages(_context);
        _blockRows = network.BlockSide;
    }

    /// <summary>Runs the network.</summary>
    /// <param name="source">The tile's source.</param>
    /// <param name="wanted">The part of the result that is wanted, in pixels of the small picture from the source's first one on; nothing
    /// else is written.</param>
    /// <param name="input">The source's planes.</param>
    /// <param name="output">The whole source's result.</param>
    /// <param name="outputWidth">Values of its rows.</param>
    /// <exception cref="OperationCanceledException">Cancelled; some rows may be written.</exception>
    public void Run(TileSource source, Area wanted, float* input, float* output, int outputWidth, CancellationToken cancellationToken)
    {
        (_context.Source, _context.OutputWidth, _context.CancellationToken) = (source, outputWidth, cancellationToken);
        _context.Input = input;
        _context.Output = output;
        Want(wanted);
        FindCapacities();
        foreach (Stage stage in _stages)
        {
            stage.Done = stage.Area.Top;
        }

        fixed (float* memory = Reserve())
        {
            Place(memory);
            while (Advance())
            {
                foreach (Stage stage in _stages)
                {
                    stage.Produce();
                }
            }
        }
    }

    /// <summary>How far around what is wanted the luma is read.</summary>
    /// <returns>Input pixels on the side where it is most, for one pixel of the small picture at the worst place among the cells.</returns>
    public int Reach()
    {
        const int Far = 1 << 16,
            Side = 1 << 28;
        int reach = 0;
        _context.Source = new TileSource(Side, Side, 0, 0);
        for (int at = Far; at < Far + CpuKernels.CellSide; at++)
        {
            Want(new Area(at, at, at + 1, at + 1));
            Area luma = _stages[0].Area.Expand(1);
            reach = Math.Max(reach, Math.Max((at * _blockRows) - luma.Left, luma.Right - ((at + 1) * _blockRows)));
        }

        return reach;
    }

    /// <summary>From the end to the beginning: what every stage must make.</summary>
    private void Want(Area wanted)
    {
        foreach (Stage stage in _stages)
        {
            stage.Wanted = default;
        }

        _stages[^1].Wanted = wanted;
        for (int i = _stages.Length - 1; i >= 0; i--)
        {
            Stage stage = _stages[i];
            stage.Area = stage.Rounded(stage.Wanted);
            for (int input = 0; input < stage.Inputs.Length; input++)
            {
                stage.Inputs[input].Wanted = stage.Inputs[input].Wanted.With(stage.ReadArea(input));
            }
        }
    }

    /// <summary>The run without its arithmetic, to see how many rows of each stage are alive at most.</summary>
    private void FindCapacities()
    {
        foreach (Stage stage in _stages)
        {
            (stage.Done, stage.Capacity) = (stage.Area.Top, 1);
        }

        while (Advance())
        {
            foreach (Stage stage in _stages)
            {
                // What it makes in this step, read or not, and what is still to be read of it.
                stage.Capacity = Math.Max(stage.Capacity, stage.End - stage.Done);
                for (int input = 0; input < stage.Inputs.Length; input++)
                {
                    Stage read = stage.Inputs[input];
                    read.Capacity = Math.Max(read.Capacity, read.End - Math.Max(stage.ReadStart(input), read.Area.Top));
                }
            }

            foreach (Stage stage in _stages)
            {
                stage.Done = stage.End;
            }
        }
    }

    /// <summary>Sets every stage's next end; false when the last has made everything.</summary>
    private bool Advance()
    {
        Stage last = _stages[^1];
        if (last.Done == last.Area.Bottom)
        {
            return false;
        }

        foreach (Stage stage in _stages)
        {
            stage.End = stage.Done;
        }

        int columns = Math.Max(1, (last.Area.Right - last.Area.Left) * _blockRows / CpuKernels.CellSide);
        int rows = Math.Max(1, StepCells / columns) * CpuKernels.CellSide;
        int end = _context.Source.CellEnd((last.Done * _blockRows) + 1) + rows - CpuKernels.CellSide;
        last.End = Math.Min(Math.Max(end / _blockRows, last.Done + 1), last.Area.Bottom);
        for (int i = _stages.Length - 1; i >= 0; i--)
        {
            Stage stage = _stages[i];
            stage.End = stage is CellStage ? _context.Source.CellEnd(stage.End) : stage.End;
            for (int input = 0; input < stage.Inputs.Length; input++)
            {
                Stage read = stage.Inputs[input];
                read.End = Math.Max(read.End, Math.Min(stage.ReadEnd(input), read.Area.Bottom));
            }
        }

        return true;
    }

    private float[] Reserve()
    {
        long length = CpuKernels.CacheLine + ScratchLength();
        foreach (Stage stage in _stages)
        {
            length += RowsLength(stage);
        }

        if (length > Array.MaxLength)
        {
            throw new InferenceException(
                $"A tile of {_context.Source.Width} x {_context.Source.Height} pixels needs {length:N0} values of memory on the CPU. Take smaller tiles."
            );
        }

        if (_memory.Length < length)
        {
            _memory = GC.AllocateUninitializedArray<float>((int)length);
        }

        return _memory;
    }

    private void Place(float* memory)
    {
        const int Line = CpuKernels.CacheLine * sizeof(float);
        float* next = memory + (((Line - (nint)memory % Line) % Line) / sizeof(float));
        _context.Scratch = next;
        next += ScratchLength();
        foreach (Stage stage in _stages)
        {
            stage.Rows.Place(next, stage.Area, stage.Capacity);
            stage.ClearOutside();
            next += RowsLength(stage);
        }
    }

    private long ScratchLength()
    {
        long max = 0;
        foreach (Stage stage in _stages)
        {
            max = Math.Max(max, stage.ScratchLength);
        }

        return WholeLines(max);
    }

    private static long RowsLength(Stage stage) =>
        stage.Channels == 0 ? 0 : WholeLines(FeatureRows.Length(stage.Channels, stage.Area.Right - stage.Area.Left, stage.Capacity));

    private static long WholeLines(long floats) => (floats + CpuKernels.CacheLine - 1) / CpuKernels.CacheLine * CpuKernels.CacheLine;
}
