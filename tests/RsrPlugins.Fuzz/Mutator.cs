// Damage of the kinds that files have and that attackers make: bits, bytes, numbers at the edges of their ranges, parts left out, doubled,
// moved, or taken from another file, words of the format in wrong places, and an early end.
using System.Buffers.Binary;

namespace RsrPlugins.Fuzz;

/// <summary>Makes inputs out of a corpus; the same seed makes the same ones.</summary>
internal sealed class Mutator(int seed, IReadOnlyList<byte[]> corpus, IReadOnlyList<byte[]> tokens)
{
    private const int MaxGrowth = 1 << 16;
    private const int MaxChanges = 6;
    private static readonly long[] _edges =
    [
        0,
        1,
        2,
        7,
        8,
        16,
        127,
        128,
        255,
        256,
        32767,
        32768,
        65535,
        65536,
        0x7FFFFFFF,
        0x80000000,
        0xFFFFFFFF,
        -1,
        long.MaxValue,
    ];

    private readonly int _maxLength = Math.Max(1 << 20, corpus.Max(input => input.Length) + MaxGrowth);

    public Random Random { get; } = new(seed);

    public byte[] Next()
    {
        List<byte> bytes = [.. corpus[Random.Next(corpus.Count)]];
        for (int changes = 1 + Random.Next(MaxChanges); changes > 0; changes--)
        {
            Change(bytes);
        }

        return [.. bytes.Take(_maxLength)];
    }

    private void Change(List<byte> bytes)
    {
        if (bytes.Count == 0)
        {
            bytes.Add((byte)Random.Next(256));
            return;
        }

        int at = Random.Next(bytes.Count);
        int length = Math.Min(1 + Random.Next(1 << Random.Next(1, 10)), bytes.Count - at);
        switch (Random.Next(11))
        {
            case 0:
                bytes[at] ^= (byte)(1 << Random.Next(8));
                break;
            case 1:
                bytes[at] = (byte)Random.Next(256);
                break;
            case 2:
                PutNumber(bytes, at);
                break;
            case 3:
                bytes.RemoveRange(at, length);
                break;
            case 4:
                bytes.InsertRange(Random.Next(bytes.Count), bytes.GetRange(at, length));
                break;
            case 5:
                // Many times over: what grows with depth or number shows only then.
                List<byte> part = bytes.GetRange(at, Math.Min(length, 64));
                bytes.InsertRange(at, Enumerable.Repeat(part, 1 << Random.Next(1, 11)).SelectMany(one => one));
                break;
            case 6:
                byte[] other = corpus[Random.Next(corpus.Count)];
                int from = Random.Next(other.Length);
                bytes.RemoveRange(at, length);
                bytes.InsertRange(at, other.AsSpan(from, Math.Min(length, other.Length - from)));
                break;
            case 7 when tokens.Count > 0:
                bytes.InsertRange(at, tokens[Random.Next(tokens.Count)]);
                break;
            case 8 when tokens.Count > 0:
                byte[] token = tokens[Random.Next(tokens.Count)];
                bytes.RemoveRange(at, Math.Min(token.Length, bytes.Count - at));
                bytes.InsertRange(at, token);
                break;
            case 9:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            default:
                for (int i = 0; i < length; i++)
                {
                    bytes[at + i] = (byte)Random.Next(256);
                }

                break;
        }
    }

    private void PutNumber(List<byte> bytes, int at)
    {
        Span<byte> number = stackalloc byte[sizeof(long)];
        long value = _edges[Random.Next(_edges.Length)] + Random.Next(-1, 2);
        int size = 1 << Random.Next(4);
        if (Random.Next(2) == 0)
        {
            BinaryPrimitives.WriteInt64LittleEndian(number, value);
        }
        else
        {
            BinaryPrimitives.WriteInt64BigEndian(number, value);
            number = number[^size..];
        }

        for (int i = 0; i < size && at + i < bytes.Count; i++)
        {
            bytes[at + i] = number[i];
        }
    }
}
