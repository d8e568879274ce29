// What folders held and was not taken, in few lines: a folder of a camera has a second file to each picture, and a line for each
// would hide what matters. The JSON report names every one.
namespace RsrPlugins.Cli.Batch;

internal static class PassedOverReport
{
    private const int MostNames = 4;

    /// <summary>One line for each folder and reason.</summary>
    public static IEnumerable<string> Lines(IEnumerable<PassedOver> passedOver)
    {
        foreach (IGrouping<(string Folder, string Reason), PassedOver> group in passedOver.GroupBy(one => (one.Folder, one.Reason)))
        {
            string[] names = [.. group.Select(one => OneLine.Of(Path.GetFileName(one.Path)))];
            string more = names.Length > MostNames ? $" and {names.Length - MostNames} more" : string.Empty;
            yield return $"passed over {string.Join(", ", names.Take(MostNames))}{more}: {group.Key.Reason}";
        }
    }
}
