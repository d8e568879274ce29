// Pictures that `rsr-train draw` makes are not kept beside those that were downloaded: the folder of these may be read-only, and drawn ones
// can be made again at any time. So a folder of a configuration is looked for in both places.
namespace RsrPlugins.Trainer.Data;

/// <summary>Where folders of pictures are.</summary>
internal static class DataFolders
{
    /// <summary>The cache of drawn pictures: rsrplugins in XDG_CACHE_HOME, or in the system's folder for local data of
    /// applications.</summary>
    internal static string Cache =>
        Path.Combine(
            Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache ? cache
                : OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
            "rsrplugins"
        );

    /// <summary>A folder under the data root or, if it is not there, under the cache.</summary>
    /// <exception cref="TrainerException">It is in neither.</exception>
    internal static string Find(string dataRoot, string path)
    {
        string given = Path.Combine(dataRoot, path);
        string drawn = Path.Combine(Cache, path);
        return Directory.Exists(given) ? given
            : Directory.Exists(drawn) ? drawn
            : throw new TrainerException(
                $"{path}: no such folder in {dataRoot} or in {Cache}. Give the data folder with --data or in RSR_DATA; folders named \"drawn/...\" are made by `rsr-train draw` (docs/training.md)."
            );
    }
}
