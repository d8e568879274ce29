// The direction of the house as a test: Core stands on the base libraries alone, and only Inference knows the runtime.
using System.Reflection;
using System.Runtime.Versioning;
using RsrPlugins.Core.Inference;
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
        string[] foreign = [.. typeof(OnnxRuntimeEngine).Assembly.GetReferencedAssemblies().Select(assembly => assembly.Name!)
            .Where(name => name is not ("System" or "netstandard") && !name.StartsWith("System.", StringComparison.Ordinal) && name != "Microsoft.Win32.Primitives")];
        Assert.Empty(foreign);
    }

    [Fact]
    public void Only_inference_calls_native_code()
    {
        const BindingFlags All = BindingFlags.Instance | BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly;
        string[] native = [.. typeof(OnnxRuntimeEngine).Assembly.GetTypes().SelectMany(type => type.GetMethods(All))
            .Where(method => method.Attributes.HasFlag(MethodAttributes.PinvokeImpl))
            .Select(method => method.DeclaringType!.Namespace!)];
        Assert.NotEmpty(native);
        Assert.All(native, name => Assert.Equal("RsrPlugins.Core.Inference", name));
    }

    [Fact]
    public void Nothing_but_the_catalogue_asks_what_a_network_is_called_or_meant_for()
    {
        // A fact about a network is data in its shape. Whoever asks for its name, kind or task begins a switch on them.
        const BindingFlags All = BindingFlags.Instance | BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly;
        Dictionary<int, string> asked = new[] { typeof(ModelDescriptor).GetProperty(nameof(ModelDescriptor.Network)), typeof(ModelDescriptor).GetProperty(nameof(ModelDescriptor.Kind)), typeof(ModelDescriptor).GetProperty(nameof(ModelDescriptor.Task)), typeof(NetworkShape).GetProperty(nameof(NetworkShape.Task)) }
            .ToDictionary(property => property!.GetMethod!.MetadataToken, property => $"{property!.DeclaringType!.Name}.{property.Name}");
        List<string> found = [];
        foreach (Type type in typeof(ModelDescriptor).Assembly.GetTypes().Where(type => type.Namespace != typeof(ModelDescriptor).Namespace))
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
        Assert.Equal(["OnnxRuntimeEngine.CreateTried asks for ModelDescriptor.Network"], found);
    }

    [Fact]
    public void Core_runs_where_paint_net_does() =>
        Assert.Equal(".NETCoreApp,Version=v9.0", typeof(OnnxRuntimeEngine).Assembly.GetCustomAttribute<TargetFrameworkAttribute>()!.FrameworkName);
}
