// The direction of the house as a test: Core stands on the base libraries alone, and only Inference knows the runtime.
using System.Reflection;
using System.Runtime.Versioning;
using RsrPlugins.Core.Inference;

namespace RsrPlugins.Core.Tests;

public class ArchitectureTests
{
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
    public void Core_runs_where_paint_net_does() =>
        Assert.Equal(".NETCoreApp,Version=v9.0", typeof(OnnxRuntimeEngine).Assembly.GetCustomAttribute<TargetFrameworkAttribute>()!.FrameworkName);
}
