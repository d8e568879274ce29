// docs/paper.md and docs/ordinary.md are written by hand but for the parts between "begin NAME" and "end NAME", which belong to the
// experiments.
namespace RsrPlugins.Trainer.Experiments;

/// <summary>The document whose sections the experiments write.</summary>
internal static class ExperimentDocument
{
    /// <summary>Replaces what stands between the marks of an experiment; the file is written anew, by renaming.</summary>
    /// <exception cref="TrainerException">No such file, or it has no marks of this name.</exception>
    internal static void Replace(string path, string name, string section)
    {
        if (!File.Exists(path))
        {
            throw new TrainerException($"{path}: no such document. Name it with --document, or use --smoke to see the section alone.");
        }

        File.WriteAllText(path + ".tmp", Replaced(File.ReadAllText(path), name, section, path));
        File.Move(path + ".tmp", path, overwrite: true);
    }

    internal static string Replaced(string text, string name, string section, string source)
    {
        (string? begin, string? end) = ($"<!-- begin {name} -->", $"<!-- end {name} -->");
        int from = text.IndexOf(begin, StringComparison.Ordinal);
        int to = from < 0 ? -1 : text.IndexOf(end, from, StringComparison.Ordinal);
        return to < 0
            ? throw new TrainerException($"{source}: the marks \"{begin}\" and \"{end}\" are missing.")
            : $"{text[..(from + begin.Length)]}\n{section.Trim()}\n{text[to..]}";
    }

    /// <summary>A Markdown table whose first row is its head.</summary>
    internal static string Table(IReadOnlyList<string[]> rows)
    {
        List<string> lines = [.. rows.Select(row => $"| {string.Join(" | ", row)} |")];
        lines.Insert(1, "|" + string.Concat(rows[0].Select(_ => "---|")));
        return string.Join('\n', lines);
    }
}
