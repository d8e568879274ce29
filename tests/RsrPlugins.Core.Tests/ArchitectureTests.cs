// The architecture as tests: who may use whom, between projects and between the namespaces of Core.
using System.Reflection;
using System.Runtime.Versioning;
using System.Xml.Linq;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Inference.Engine;
using RsrPlugins.Core.Models;

namespace RsrPlugins.Core.Tests;

public class ArchitectureTests
{
    private const byte Call = 0x28;
    private const byte CallVirtual = 0x6F;

    [Fact]
    public void Core_references_the_base_libraries_and_nothing_else()
    {
        // No editor, no Torch, no file formats, no managed ONNX Runtime, nothing of ours: a list of what may be, not of what may not.
        string[] foreign =
        [
            .. typeof(InferenceEngine)
                .Assembly.GetReferencedAssemblies()
                .Select(assembly => assembly.Name!)
                .Where(name =>
                    name is not ("System" or "netstandard")
                    && !name.StartsWith("System.", StringComparison.Ordinal)
                    && name != "Microsoft.Win32.Primitives"
                ),
        ];
        Assert.Empty(foreign);
    }

    [Fact]
    public void Only_inference_calls_native_code()
    {
        const BindingFlags All =
            BindingFlags.Instance | BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly;
        string[] native =
        [
            .. typeof(InferenceEngine)
                .Assembly.GetTypes()
                .SelectMany(type => type.GetMethods(All))
                .Where(method => method.Attributes.HasFlag(MethodAttributes.PinvokeImpl))
                .Select(method => method.DeclaringType!.Namespace!),
        ];
        Assert.NotEmpty(native);
        Assert.All(native, name => Assert.Equal("RsrPlugins.Core.Inference.OnnxRuntime", name));
    }

    [Fact]
    public void Nothing_but_the_catalogue_asks_what_a_network_is_called_or_meant_for()
    {
        // A fact about a network is data in its shape. Whoever asks for its name, kind or task begins a switch on them.
        const BindingFlags All =
            BindingFlags.Instance | BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly;
        Dictionary<int, string> asked = new[]
        {
            typeof(ModelDescriptor).GetProperty(nameof(ModelDescriptor.Network)),
            typeof(ModelDescriptor).GetProperty(nameof(ModelDescriptor.Kind)),
            typeof(ModelDescriptor).GetProperty(nameof(ModelDescriptor.Task)),
            typeof(NetworkShape).GetProperty(nameof(NetworkShape.Task)),
        }.ToDictionary(property => property!.GetMethod!.MetadataToken, property => $"{property!.DeclaringType!.Name}.{property.Name}");
        List<string> found = [];
        foreach (
            Type type in typeof(ModelDescriptor).Assembly.GetTypes().Where(type => type.Namespace != typeof(ModelDescriptor).Namespace)
        )
        {
            foreach (MethodBase method in type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All)))
            {
                byte[] il = method.GetMethodBody()?.GetILAsByteArray() ?? [];
                for (int i = 0; i + 4 < il.Length; i++)
                {
                    if (il[i] is Call or CallVirtual && asked.TryGetValue(BitConverter.ToInt32(il, i + 1), out string? name))
                    {
                        found.Add($"{type.Name}.{method.Name} asks for {name}");
                    }
                }
            }
        }

        // A message that names the network is no decision.
        Assert.Equal(["InferenceEngine.CreateTried asks for ModelDescriptor.Network"], found);
    }

    [Fact]
    public void Namespaces_of_core_form_no_circle()
    {
        NamespaceGraph graph = new NamespaceGraph().Add(typeof(InferenceEngine).Assembly.GetTypes());
        if (Sources.Root is { } root)
        {
            graph.AddSources(Sources.Of(Path.Combine(root, "src", "RsrPlugins.Core")), "RsrPlugins.Core");
        }

        Assert.InRange(graph.Uses.Count, 10, int.MaxValue);
        Assert.Empty(graph.FindCircle());
    }

    /// <summary>What a namespace says about itself: the steps know no networks, networks know no pictures.</summary>
    [Theory]
    [InlineData("Imaging", "")]
    [InlineData("Models", "")]
    [InlineData("Tiling", "Models")]
    [InlineData("Resampling", "Imaging Tiling")]
    [InlineData("Colour", "Imaging Resampling Tiling")]
    [InlineData("Inference", "Models Tiling")]
    public void A_lower_namespace_uses_no_more_than_it_may(string name, string allowed)
    {
        const string Core = "RsrPlugins.Core";
        NamespaceGraph graph = new NamespaceGraph().Add(typeof(InferenceEngine).Assembly.GetTypes());
        IEnumerable<string> used = graph.Uses.TryGetValue($"{Core}.{name}", out SortedDictionary<string, string>? uses) ? uses.Keys : [];
        Assert.Empty(used.Where(to => to != Core).Select(to => to[(Core.Length + 1)..]).Except(allowed.Split(' ')));
    }

    [Theory]
    [InlineData("RsrPlugins.Core", "")]
    [InlineData("RsrPlugins.Cli", "RsrPlugins.Core")]
    [InlineData("RsrPlugins.PaintDotNet", "RsrPlugins.Core")]
    [InlineData("RsrPlugins.Explorer", "RsrPlugins.Cli")]
    [InlineData("RsrPlugins.Gimp", "RsrPlugins.Core")]
    [InlineData("RsrPlugins.Trainer", "RsrPlugins.Cli RsrPlugins.Core")]
    public void A_project_refers_to_no_more_of_ours_than_it_may(string project, string allowed)
    {
        Assert.SkipWhen(Sources.Root is null, Sources.Missing);
        string file = Path.Combine(Sources.Root!, "src", project, $"{project}.csproj");
        IEnumerable<string> references = XDocument
            .Load(file)
            .Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value));
        Assert.Equal(
            allowed.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            references.Where(name => name.StartsWith("RsrPlugins.", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void Every_project_of_the_product_is_in_the_table_of_directions()
    {
        Assert.SkipWhen(Sources.Root is null, Sources.Missing);
        string[] known =
        [
            .. typeof(ArchitectureTests)
                .GetMethod(nameof(A_project_refers_to_no_more_of_ours_than_it_may))!
                .GetCustomAttributes<InlineDataAttribute>()
                .Select(data => (string)data.Data[0]!),
        ];
        Assert.Equal(
            known.Order(StringComparer.Ordinal),
            Directory
                .GetDirectories(Path.Combine(Sources.Root!, "src"))
                .Select(folder => Path.GetFileName(folder)!)
                .Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void Core_runs_where_paint_net_does() =>
        Assert.Equal(
            ".NETCoreApp,Version=v9.0",
            typeof(InferenceEngine).Assembly.GetCustomAttribute<TargetFrameworkAttribute>()!.FrameworkName
        );
}
