// A part of a batch, so that any scheduler can spread one over machines that know nothing of each other: part K of N takes every Nth
// input, beginning with the Kth. Neighbours in a folder are often of one size, so this shares large pictures better than
// blocks would. Every machine must see the same inputs.
using System.Globalization;

namespace RsrPlugins.Cli.Batch;

/// <summary>Part <paramref name="Number"/> of <paramref name="Count"/>, both from 1.</summary>
internal sealed record Shard(int Number, int Count)
{
    /// <summary>Reads "2/8"; null for anything else.</summary>
    public static Shard? Parse(string text)
    {
        string[] parts = text.Split('/');
        return
            parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            && number >= 1
            && number <= count
            ? new Shard(number, count)
            : null;
    }

    /// <summary>Whether the input of this index, from 0, belongs to the part.</summary>
    public bool Takes(int index) => index % Count == Number - 1;
}
