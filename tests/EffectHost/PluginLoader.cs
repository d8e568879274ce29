// A plugin is loaded as Paint.NET loads it: from its own folder, in a load context of its own, its dependencies found through its
// .deps.json; only what the host brings (Paint.NET's assemblies and the framework) is shared.
using System.Reflection;
using System.Runtime.Loader;
using PaintDotNet.Effects;

namespace RsrPlugins.EffectHost;

/// <summary>Finds and makes the effects of a plugin folder.</summary>
public static class PluginLoader
{
    /// <summary>The effect types of a folder, by name of type.</summary>
    /// <exception cref="HostException">No such folder, or no plugin in it.</exception>
    public static IReadOnlyList<Type> FindEffects(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new HostException(
                $"{folder}: there is no such plugin folder. Make one with: dotnet publish src/RsrPlugins.PaintDotNet -c Release -r RID -p:PluginDir=FOLDER"
            );
        }

        Type[] effects =
        [
            .. Directory
                .EnumerateFiles(folder, "*.deps.json")
                .Select(deps => deps[..^".deps.json".Length] + ".dll")
                .Where(File.Exists)
                .SelectMany(path => new PluginContext(path).LoadFromAssemblyPath(Path.GetFullPath(path)).GetTypes())
                .Where(type =>
                    !type.IsAbstract && type.IsAssignableTo(typeof(BitmapEffect)) && type.GetConstructor(Type.EmptyTypes) is not null
                )
                .OrderBy(type => type.FullName, StringComparer.Ordinal),
        ];
        return effects.Length > 0
            ? effects
            : throw new HostException($"{folder}: no effect in it. A plugin folder holds an assembly and its .deps.json.");
    }

    /// <summary>Makes an effect.</summary>
    public static BitmapEffect Create(Type type) => (BitmapEffect)Activator.CreateInstance(type)!;

    private sealed class PluginContext(string mainAssembly) : AssemblyLoadContext(Path.GetFileNameWithoutExtension(mainAssembly))
    {
        private readonly AssemblyDependencyResolver _resolver = new(Path.GetFullPath(mainAssembly));

        protected override Assembly? Load(AssemblyName assemblyName) =>
            _resolver.ResolveAssemblyToPath(assemblyName) is string path ? LoadFromAssemblyPath(path) : null;

        protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
            _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is string path ? LoadUnmanagedDllFromPath(path) : 0;
    }
}
