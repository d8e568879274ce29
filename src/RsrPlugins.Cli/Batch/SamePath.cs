// Whether two paths are one file, before one is read and the other replaced.
namespace RsrPlugins.Cli.Batch;

internal static class SamePath
{
    /// <summary>How this system compares file names.</summary>
    public static StringComparer Comparer => OperatingSystem.IsLinux() ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase;

    /// <summary>The path a file really has: absolute, symbolic links to it followed.</summary>
    public static string Resolve(string path)
    {
        string full = Path.GetFullPath(path);
        try
        {
            return File.ResolveLinkTarget(full, returnFinalTarget: true)?.FullName ?? full;
        }
        catch (IOException)
        {
            return full; // It does not exist, or its folder does not: nothing to follow.
        }
    }
}
