// The graph of an ONNX file, read without a library: the engine needs a few fields of a public format, and Core stands on the base
// libraries alone. Weights are not copied; they are slices of the file's bytes. A file may come from anywhere, so lengths are checked
// before anything is taken, and whatever is wrong is one exception. Field numbers: onnx.proto of the ONNX project.
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace RsrPlugins.Core.Models;

/// <summary>A graph's input or output.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ElementType">ONNX's number of the type: 1 float32, 10 float16.</param>
/// <param name="Dimensions">Lengths; -1 for a free one.</param>
public sealed record OnnxValue(string Name, int ElementType, IReadOnlyList<long> Dimensions);

/// <summary>A constant of the graph.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ElementType">ONNX's number of the type: 1 float32, 7 int64, 10 float16.</param>
/// <param name="Dimensions">Lengths.</param>
/// <param name="Raw">Little-endian values, row-major.</param>
public sealed record OnnxTensor(string Name, int ElementType, IReadOnlyList<long> Dimensions, ReadOnlyMemory<byte> Raw)
{
    private const int Float32 = 1;
    private const int Int64 = 7;
    private const int Float16 = 10;

    /// <summary>Values as the dimensions promise them.</summary>
    public long Count => Dimensions.Aggregate(1L, (product, length) => product * length);

    /// <summary>The values as floats; float32, float16 and int64 constants can be read.</summary>
    /// <exception cref="InvalidDataException">Another type, or not as many bytes as the dimensions promise.</exception>
    public float[] ToFloats()
    {
        int size = ElementType switch
        {
            Float32 => sizeof(float),
            Int64 => sizeof(long),
            Float16 => sizeof(ushort),
            _ => throw new InvalidDataException(
                $"the constant {Name} has element type {ElementType}; expected {Float32} (float32), {Float16} (float16) or {Int64} (int64)"
            ),
        };
        if (Raw.Length % size != 0 || Raw.Length / size != Count)
        {
            throw new InvalidDataException($"the constant {Name} has {Raw.Length} bytes; expected {Count} values of {size}");
        }

        float[] values = new float[Raw.Length / size];
        ReadOnlySpan<byte> raw = Raw.Span;
        for (int i = 0; i < values.Length; i++)
        {
            ReadOnlySpan<byte> value = raw.Slice(i * size, size);
            values[i] = ElementType switch
            {
                Float32 => BinaryPrimitives.ReadSingleLittleEndian(value),
                Int64 => BinaryPrimitives.ReadInt64LittleEndian(value),
                _ => (float)BinaryPrimitives.ReadHalfLittleEndian(value),
            };
        }

        return values;
    }
}

/// <summary>One operator.</summary>
/// <param name="Name">Its name; may be empty.</param>
/// <param name="Operator">For example "Conv".</param>
/// <param name="Domain">Empty for ONNX's own operators.</param>
/// <param name="Inputs">Names; empty for an input left out.</param>
/// <param name="Outputs">Names.</param>
/// <param name="Attributes">By name.</param>
public sealed record OnnxNode(
    string Name,
    string Operator,
    string Domain,
    IReadOnlyList<string> Inputs,
    IReadOnlyList<string> Outputs,
    IReadOnlyDictionary<string, OnnxSetting> Attributes
)
{
    /// <summary>A whole number, or what stands where there is none.</summary>
    public long Whole(string name, long otherwise) => Attributes.TryGetValue(name, out OnnxSetting? found) ? found.Whole : otherwise;

    /// <summary>A real number, or what stands where there is none.</summary>
    public float Real(string name, float otherwise) => Attributes.TryGetValue(name, out OnnxSetting? found) ? found.Real : otherwise;

    /// <summary>A text, or what stands where there is none.</summary>
    public string Text(string name, string otherwise) => Attributes.TryGetValue(name, out OnnxSetting? found) ? found.Text : otherwise;

    /// <summary>Whole numbers; empty where there are none.</summary>
    public IReadOnlyList<long> Integers(string name) => Attributes.TryGetValue(name, out OnnxSetting? found) ? found.Integers : [];
}

/// <summary>An operator's attribute; which of the values is meant, the operator says.</summary>
public sealed record OnnxSetting(string Name, float Real, long Whole, string Text, IReadOnlyList<long> Integers, OnnxTensor? Tensor);

/// <summary>The graph of an ONNX file.</summary>
public sealed class OnnxGraph
{
    private OnnxGraph(
        IReadOnlyList<OnnxNode> nodes,
        IReadOnlyDictionary<string, OnnxTensor> constants,
        IReadOnlyList<OnnxValue> inputs,
        IReadOnlyList<OnnxValue> outputs
    )
    {
        (Nodes, Constants, Inputs, Outputs) = (nodes, constants, inputs, outputs);
    }

    /// <summary>Operators in the order they run in.</summary>
    public IReadOnlyList<OnnxNode> Nodes { get; }

    /// <summary>Initialisers and the values of Constant operators, by name.</summary>
    public IReadOnlyDictionary<string, OnnxTensor> Constants { get; }

    /// <summary>Inputs that are no initialisers.</summary>
    public IReadOnlyList<OnnxValue> Inputs { get; }

    /// <summary>Outputs.</summary>
    public IReadOnlyList<OnnxValue> Outputs { get; }

    /// <summary>Version of ONNX's own operators; 0 where the file does not say.</summary>
    public long OperatorSet { get; private init; }

    /// <summary>Reads a model. The graph refers to <paramref name="bytes"/>, which must not change.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="name">Its name, for messages.</param>
    /// <exception cref="ModelException">No ONNX model.</exception>
    public static OnnxGraph Parse(ReadOnlyMemory<byte> bytes, string name)
    {
        try
        {
            ReadOnlyMemory<byte>? graph = null;
            long operatorSet = 0;
            Fields model = new Fields(bytes);
            while (model.Next())
            {
                graph = model.Number == 7 ? model.Bytes : graph;
                operatorSet = model.Number == 8 && ReadOperatorSet(model.Bytes) is { } version ? version : operatorSet;
            }

            return ReadGraph(graph ?? throw new InvalidDataException("it holds no graph"), operatorSet);
        }
        catch (InvalidDataException exception)
        {
            throw new ModelException(
                $"{name} is not a valid ONNX model: {OneLine.Quote(exception.Message, ModelCatalogue.MaxQuote)}.",
                exception
            );
        }
    }

    /// <summary>The version, if it is that of ONNX's own operators.</summary>
    private static long? ReadOperatorSet(ReadOnlyMemory<byte> bytes)
    {
        (string domain, long version) = (string.Empty, 0L);
        Fields set = new Fields(bytes);
        while (set.Next())
        {
            (domain, version) = set.Number switch
            {
                1 => (set.Text, version),
                2 => (domain, set.Integer),
                _ => (domain, version),
            };
        }

        return domain is "" or "ai.onnx" ? version : null;
    }

    private static OnnxGraph ReadGraph(ReadOnlyMemory<byte> bytes, long operatorSet)
    {
        List<OnnxNode> nodes = new List<OnnxNode>();
        Dictionary<string, OnnxTensor> constants = new Dictionary<string, OnnxTensor>();
        List<OnnxValue> inputs = new List<OnnxValue>();
        List<OnnxValue> outputs = new List<OnnxValue>();
        Fields graph = new Fields(bytes);
        while (graph.Next())
        {
            switch (graph.Number)
            {
                case 1:
                    OnnxNode node = ReadNode(graph.Bytes);
                    if (
                        node is { Operator: "Constant", Outputs: [string output] }
                        && node.Attributes.TryGetValue("value", out OnnxSetting? value)
                        && value.Tensor is { } constant
                    )
                    {
                        constants[output] = constant with { Name = output };
                    }
                    else
                    {
                        nodes.Add(node);
                    }

                    break;
                case 5:
                    OnnxTensor initializer = ReadTensor(graph.Bytes);
                    constants[initializer.Name] = initializer;
                    break;
                case 11:
                    inputs.Add(ReadValue(graph.Bytes));
                    break;
                case 12:
                    outputs.Add(ReadValue(graph.Bytes));
                    break;
            }
        }

        return new OnnxGraph(nodes, constants, [.. inputs.Where(input => !constants.ContainsKey(input.Name))], outputs)
        {
            OperatorSet = operatorSet,
        };
    }

    private static OnnxNode ReadNode(ReadOnlyMemory<byte> bytes)
    {
        List<string> inputs = new List<string>();
        List<string> outputs = new List<string>();
        Dictionary<string, OnnxSetting> attributes = new Dictionary<string, OnnxSetting>();
        (string name, string type, string domain) = (string.Empty, string.Empty, string.Empty);
        Fields node = new Fields(bytes);
        while (node.Next())
        {
            switch (node.Number)
            {
                case 1:
                    inputs.Add(node.Text);
                    break;
                case 2:
                    outputs.Add(node.Text);
                    break;
                case 3:
                    name = node.Text;
                    break;
                case 4:
                    type = node.Text;
                    break;
                case 5:
                    OnnxSetting attribute = ReadAttribute(node.Bytes);
                    attributes[attribute.Name] = attribute;
                    break;
                case 7:
                    domain = node.Text;
                    break;
            }
        }

        return new OnnxNode(name, type, domain == "ai.onnx" ? string.Empty : domain, inputs, outputs, attributes);
    }

    private static OnnxSetting ReadAttribute(ReadOnlyMemory<byte> bytes)
    {
        (string name, float real, long integer, string text) = (string.Empty, 0f, 0L, string.Empty);
        List<long> integers = new List<long>();
        OnnxTensor? tensor = null;
        Fields attribute = new Fields(bytes);
        while (attribute.Next())
        {
            switch (attribute.Number)
            {
                case 1:
                    name = attribute.Text;
                    break;
                case 2:
                    real = attribute.Real;
                    break;
                case 3:
                    integer = attribute.Integer;
                    break;
                case 4:
                    text = attribute.Text;
                    break;
                case 5:
                    tensor = ReadTensor(attribute.Bytes);
                    break;
                case 8:
                    attribute.AddIntegers(integers);
                    break;
            }
        }

        return new OnnxSetting(name, real, integer, text, integers, tensor);
    }

    private static OnnxTensor ReadTensor(ReadOnlyMemory<byte> bytes)
    {
        List<long> dimensions = new List<long>();
        List<long> integers = new List<long>();
        List<byte> floats = new List<byte>();
        (string name, int type) = (string.Empty, 0);
        ReadOnlyMemory<byte>? raw = null;
        Fields tensor = new Fields(bytes);
        while (tensor.Next())
        {
            switch (tensor.Number)
            {
                case 1:
                    tensor.AddIntegers(dimensions);
                    break;
                case 2:
                    type = (int)tensor.Integer;
                    break;
                case 4:
                    floats.AddRange(tensor.Bytes.Span);
                    break;
                case 7:
                    tensor.AddIntegers(integers);
                    break;
                case 8:
                    name = tensor.Text;
                    break;
                case 9:
                    raw = tensor.Bytes;
                    break;
                case 14 when tensor.Integer != 0:
                    throw new InvalidDataException($"the constant {name} stands in another file");
            }
        }

        if (dimensions.Exists(length => length is < 0 or > int.MaxValue))
        {
            throw new InvalidDataException($"the constant {name} has the dimensions {string.Join(" x ", dimensions)}");
        }

        byte[] listed = integers.Count > 0 ? MemoryMarshal.AsBytes<long>(integers.ToArray()).ToArray() : [.. floats];
        return new OnnxTensor(name, type, dimensions, raw ?? listed);
    }

    private static OnnxValue ReadValue(ReadOnlyMemory<byte> bytes)
    {
        string name = string.Empty;
        int type = 0;
        List<long> dimensions = new List<long>();
        Fields value = new Fields(bytes);
        while (value.Next())
        {
            if (value.Number == 1)
            {
                name = value.Text;
            }
            else if (value.Number == 2)
            {
                Fields kind = new Fields(value.Bytes);
                while (kind.Next())
                {
                    if (kind.Number == 1)
                    {
                        type = ReadTensorType(kind.Bytes, dimensions);
                    }
                }
            }
        }

        return new OnnxValue(name, type, dimensions);
    }

    private static int ReadTensorType(ReadOnlyMemory<byte> bytes, List<long> dimensions)
    {
        int type = 0;
        Fields tensor = new Fields(bytes);
        while (tensor.Next())
        {
            if (tensor.Number == 1)
            {
                type = (int)tensor.Integer;
            }
            else if (tensor.Number == 2)
            {
                Fields shape = new Fields(tensor.Bytes);
                while (shape.Next())
                {
                    if (shape.Number == 1)
                    {
                        long length = -1;
                        Fields dimension = new Fields(shape.Bytes);
                        while (dimension.Next())
                        {
                            length = dimension.Number == 1 ? dimension.Integer : length;
                        }

                        dimensions.Add(length);
                    }
                }
            }
        }

        return type;
    }

    /// <summary>Walks the fields of one protocol-buffer message.</summary>
    private struct Fields(ReadOnlyMemory<byte> message)
    {
        private const int Varint = 0;
        private const int Fixed64 = 1;
        private const int Delimited = 2;
        private const int Fixed32 = 5;

        private ReadOnlyMemory<byte> _rest = message;
        private ReadOnlyMemory<byte> _bytes;
        private ulong _varint;
        private int _wire;

        public int Number { get; private set; }

        public readonly ReadOnlyMemory<byte> Bytes => _wire == Varint ? throw Wrong() : _bytes;

        public readonly string Text => _wire == Delimited ? Encoding.UTF8.GetString(_bytes.Span) : throw Wrong();

        public readonly long Integer => _wire == Varint ? (long)_varint : throw Wrong();

        public readonly float Real => _wire == Fixed32 ? BinaryPrimitives.ReadSingleLittleEndian(_bytes.Span) : throw Wrong();

        public bool Next()
        {
            if (_rest.IsEmpty)
            {
                return false;
            }

            ulong tag = ReadVarint(ref _rest);
            (Number, _wire) = ((int)(tag >> 3), (int)(tag & 7));
            switch (_wire)
            {
                case Varint:
                    _varint = ReadVarint(ref _rest);
                    break;
                case Fixed64:
                    _bytes = Take(sizeof(ulong));
                    break;
                case Delimited:
                    _bytes = Take(ReadVarint(ref _rest));
                    break;
                case Fixed32:
                    _bytes = Take(sizeof(uint));
                    break;
                default:
                    throw new InvalidDataException($"a field of wire type {_wire}");
            }

            return true;
        }

        /// <summary>One number, or a packed list of them.</summary>
        public readonly void AddIntegers(List<long> list)
        {
            if (_wire == Varint)
            {
                list.Add((long)_varint);
                return;
            }

            for (ReadOnlyMemory<byte> packed = Bytes; !packed.IsEmpty;)
            {
                list.Add((long)ReadVarint(ref packed));
            }
        }

        private ReadOnlyMemory<byte> Take(ulong length)
        {
            if (length > (ulong)_rest.Length)
            {
                throw new InvalidDataException($"a field of {length:N0} bytes where {_rest.Length:N0} are left");
            }

            ReadOnlyMemory<byte> taken = _rest[..(int)length];
            _rest = _rest[(int)length..];
            return taken;
        }

        private static ulong ReadVarint(ref ReadOnlyMemory<byte> bytes)
        {
            ulong value = 0;
            ReadOnlySpan<byte> span = bytes.Span;
            for (int i = 0; i < Math.Min(span.Length, 10); i++)
            {
                value |= (ulong)(span[i] & 0x7F) << (7 * i);
                if (span[i] < 0x80)
                {
                    bytes = bytes[(i + 1)..];
                    return value;
                }
            }

            throw new InvalidDataException("a number that does not end");
        }

        private readonly InvalidDataException Wrong() => new($"field {Number} has wire type {_wire}");
    }
}
