// Writes ONNX files for tests: protocol buffers by hand, because a few fields of a public format need no library, and a
// model made in the test says what is in it, which a binary file in the repository would not. Field numbers: onnx.proto.
using System.Text;

namespace RsrPlugins.Core.Tests.Inference;

/// <summary>A message of the protocol-buffer wire format.</summary>
internal sealed class ProtoMessage
{
    private readonly List<byte> _bytes = [];

    public ProtoMessage Varint(int field, long value)
    {
        Raw((ulong)field << 3);
        Raw((ulong)value);
        return this;
    }

    public ProtoMessage Float(int field, float value)
    {
        Raw(((ulong)field << 3) | 5);
        _bytes.AddRange(BitConverter.GetBytes(value));
        return this;
    }

    public ProtoMessage Bytes(int field, ReadOnlySpan<byte> value)
    {
        Raw(((ulong)field << 3) | 2);
        Raw((ulong)value.Length);
        _bytes.AddRange(value);
        return this;
    }

    public ProtoMessage Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public ProtoMessage Message(int field, ProtoMessage value) => Bytes(field, value.ToArray());

    public byte[] ToArray() => [.. _bytes];

    private void Raw(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            _bytes.Add((byte)(value | 0x80));
        }

        _bytes.Add((byte)value);
    }
}

/// <summary>An ONNX graph of float tensors, opset 13.</summary>
/// <param name="elementType">Of inputs and outputs: 1 float32, 10 float16.</param>
internal sealed class OnnxModelWriter(int elementType = 1)
{
    private const int Float = 1;
    private readonly ProtoMessage _graph = new();
    private int _names;

    /// <param name="dimensions">-1 for a free one.</param>
    public void Input(string name, params long[] dimensions) => _graph.Message(11, ValueInfo(name, elementType, dimensions));

    /// <param name="dimensions">-1 for a free one.</param>
    public void Output(string name, params long[] dimensions) => _graph.Message(12, ValueInfo(name, elementType, dimensions));

    public string Initializer(float[] values, params long[] dimensions)
    {
        string name = $"w{_names++}";
        ProtoMessage tensor = new ProtoMessage();
        foreach (long dimension in dimensions)
        {
            tensor.Varint(1, dimension);
        }

        byte[] raw = new byte[values.Length * sizeof(float)];
        Buffer.BlockCopy(values, 0, raw, 0, raw.Length);
        _graph.Message(5, tensor.Varint(2, Float).Text(8, name).Bytes(9, raw));
        return name;
    }

    /// <summary>Adds an operator, perhaps as "domain::operator"; an attribute is a long, a float, a string or longs.</summary>
    public string Node(string op, string[] inputs, string? output = null, params (string Name, object Value)[] attributes)
    {
        string result = output ?? $"t{_names++}";
        ProtoMessage node = new ProtoMessage();
        foreach (string input in inputs)
        {
            node.Text(1, input);
        }

        string[] parts = op.Split("::");
        node.Text(2, result).Text(4, parts[^1]);
        if (parts.Length > 1)
        {
            node.Text(7, parts[0]);
        }

        foreach ((string name, object value) in attributes)
        {
            ProtoMessage attribute = new ProtoMessage().Text(1, name);
            switch (value)
            {
                case float number:
                    attribute.Float(2, number).Varint(20, 1);
                    break;
                case long number:
                    attribute.Varint(3, number).Varint(20, 2);
                    break;
                case string text:
                    attribute.Text(4, text).Varint(20, 3);
                    break;
                case long[] numbers:
                    foreach (long number in numbers)
                    {
                        attribute.Varint(8, number);
                    }

                    attribute.Varint(20, 7);
                    break;
            }

            node.Message(5, attribute);
        }

        _graph.Message(1, node);
        return result;
    }

    public byte[] ToArray() =>
        new ProtoMessage()
            .Varint(1, 7)
            .Message(8, new ProtoMessage().Text(1, "").Varint(2, 13))
            .Message(7, _graph.Text(2, "test"))
            .ToArray();

    private static ProtoMessage ValueInfo(string name, int elementType, long[] dimensions)
    {
        ProtoMessage shape = new ProtoMessage();
        for (int i = 0; i < dimensions.Length; i++)
        {
            shape.Message(1, dimensions[i] < 0 ? new ProtoMessage().Text(2, $"{name}{i}") : new ProtoMessage().Varint(1, dimensions[i]));
        }

        return new ProtoMessage()
            .Text(1, name)
            .Message(2, new ProtoMessage().Message(1, new ProtoMessage().Varint(1, elementType).Message(2, shape)));
    }
}
