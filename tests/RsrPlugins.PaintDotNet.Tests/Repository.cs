// Where the repository is: goldens and icons are compared where they lie, so that refreshing them changes the very files that
// are committed.
using System.Reflection;

namespace RsrPlugins.PaintDotNet.Tests;

internal static class Repository
{
    /// <summary>The switch that writes goldens and icons anew instead of comparing: RSR_REFRESH_GOLDENS=1.</summary>
    public static bool Refresh => Environment.GetEnvironmentVariable("RSR_REFRESH_GOLDENS") == "1";

    public static string Root { get; } =
        typeof(Repository)
            .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == "RepositoryRoot")
            .Value!;

    public static string File(params string[] parts) => Path.Combine([Root, .. parts]);
}
