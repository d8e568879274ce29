// One place says which release this is: Version in Directory.Build.props. What Paint.NET shows of the plugin, and what a crash log names,
// follows it; an assembly whose version stays behind could be taken for that of an older release.
using System.Reflection;
using System.Xml.Linq;
using RsrPlugins.Core;

namespace RsrPlugins.PaintDotNet.Tests;

public sealed class VersionTests
{
    private static string Release => XDocument.Load(Repository.File("Directory.Build.props")).Descendants("Version").Single().Value;

    [Fact]
    public void The_plugins_assemblies_and_what_Paint_NET_shows_carry_the_release()
    {
        Version expected = new Version(Release + ".0");
        Assert.Equal(expected, typeof(LearnedEffect).Assembly.GetName().Version);
        Assert.Equal(expected, typeof(RsrException).Assembly.GetName().Version);
        Assert.Equal(expected, new PluginSupportInfo().Version);
        Assert.All(
            (Assembly[])[typeof(LearnedEffect).Assembly, typeof(RsrException).Assembly],
            assembly => Assert.Equal(expected.ToString(), assembly.GetCustomAttribute<AssemblyFileVersionAttribute>()!.Version)
        );
    }

    [Fact]
    public void No_product_has_a_version_of_its_own()
    {
        string[] projects = [.. Directory.EnumerateFiles(Repository.File("src"), "*.csproj", SearchOption.AllDirectories)];
        Assert.NotEmpty(projects);
        Assert.All(
            projects,
            project =>
                Assert.DoesNotContain(
                    XDocument.Load(project).Descendants(),
                    element => element.Name.LocalName is "Version" or "VersionPrefix" or "AssemblyVersion" or "FileVersion"
                )
        );
    }
}
