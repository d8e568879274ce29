// Other versions of Paint.NET lack members that this one has. Which the effects can do without is tried here: the host is copied, the
// member's name is changed in the copy's assemblies - the stand-ins, and the host where it implements it - and the copy runs the same
// command. The plugin is left as it is, and finds the member missing as it would in the editor.
using System.Diagnostics;
using Mono.Cecil;

namespace RsrPlugins.EffectHost;

/// <summary>Runs the host without one of the members that a Paint.NET may lack.</summary>
public static class AbsentMembers
{
    private const string Suffix = "_absent";

    /// <summary>Types and members, each Type, Type.Member or Type.Member/parameters, the member as metadata names it.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "IDxgiAdapterService2",
        "IDxgiAdapterService2.GetRenderingAdapter",
        "IDxgiAdapterService",
        "IDxgiAdapterService.GetRenderingAdapter",
        "IExceptionDialogService",
        "IExceptionDialogService.ShowErrorDialog",
        "IUISynchronizationContext",
        "IUISynchronizationContext.get_IsOnUIThread",
        "IUISynchronizationContext.Post",
        "IClipboardService",
        "ClipboardExtensions.SetImage",
        "ClipboardExtensions.SetImage/3",
        "ClipboardExtensions.Open",
        "IEffectDocumentInfo.get_ColorContext",
        "IEffectDocumentInfo.get_Resolution",
        "IColorContext.GetProfileBytes",
        "IBitmap.set_Resolution",
        "IShellService",
        "IShellService.LaunchFolderAndSelectFile",
        "IBitmapEffectRenderInfo.set_Schedule",
        "IBitmapEffectRenderInfo.set_Flags",
        "IEffectSelectionInfo.get_RenderScans",
        "IEffectSelectionInfo.get_MaskBitmap",
    ];

    /// <summary>Runs a command in a copy of the host that lacks a member.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="arguments">The command line, without this option.</param>
    /// <returns>The copy's exit code.</returns>
    /// <exception cref="HostException">The name is not one of them.</exception>
    internal static int Run(string name, IEnumerable<string> arguments)
    {
        if (!Names.Contains(name))
        {
            throw new HostException($"--absent {name}: expected one of {string.Join(", ", Names)}.");
        }

        string copy = Directory.CreateTempSubdirectory("effecthost-absent-").FullName;
        try
        {
            CopyWithout(name, AppContext.BaseDirectory, copy);
            // The program that runs this host: "dotnet", or the host's own executable where it carries its runtime.
            string program = Environment.ProcessPath!;
            string copied = Path.Combine(copy, Path.GetFileName(program));
            using Process process = Process.Start(
                File.Exists(copied)
                    ? new ProcessStartInfo(copied, arguments)
                    : new ProcessStartInfo(program, [Path.Combine(copy, "effecthost.dll"), .. arguments])
            )!;
            process.WaitForExit();
            return process.ExitCode;
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    private static void CopyWithout(string name, string from, string to)
    {
        string[] parts = name.Split('.', '/');
        int? parameters = parts.Length > 2 ? int.Parse(parts[2], System.Globalization.CultureInfo.InvariantCulture) : null;
        foreach (string file in Directory.EnumerateFiles(from).Where(IsOfTheHost))
        {
            string target = Path.Combine(to, Path.GetFileName(file));
            string stem = Path.GetFileNameWithoutExtension(file);
            bool isAffected =
                file.EndsWith(".dll", StringComparison.OrdinalIgnoreCase)
                && (stem == "effecthost" || stem.StartsWith("PaintDotNet.", StringComparison.Ordinal));
            if (!isAffected)
            {
                File.Copy(file, target);
                continue;
            }

            using DefaultAssemblyResolver resolver = new DefaultAssemblyResolver();
            resolver.AddSearchDirectory(from);
            using AssemblyDefinition assembly = AssemblyDefinition.ReadAssembly(file, new ReaderParameters { AssemblyResolver = resolver });
            Rename(assembly.MainModule, parts[0], parts.Length > 1 ? parts[1] : null, parameters);
            assembly.Write(target);
        }
    }

    private static bool IsOfTheHost(string file) =>
        Path.GetExtension(file).ToUpperInvariant() is ".DLL" or ".JSON" or ".EXE" or ".SO" or ""
        && !Path.GetFileName(file).StartsWith("RsrPlugins.", StringComparison.Ordinal);

    private static void Rename(ModuleDefinition module, string type, string? member, int? parameters)
    {
        foreach (TypeReference found in module.GetTypeReferences().Where(found => found.Name == type && member is null))
        {
            found.Name += Suffix;
        }

        foreach (
            MemberReference found in module
                .GetMemberReferences()
                .Where(found =>
                    found.Name == member
                    && found.DeclaringType.Name == type
                    && (parameters is null || found is MethodReference method && method.Parameters.Count == parameters)
                )
        )
        {
            found.Name += Suffix;
        }

        foreach (TypeDefinition definition in module.GetTypes())
        {
            bool isThisType = definition.Name == type;
            if (member is null)
            {
                definition.Name += isThisType ? Suffix : string.Empty;
                continue;
            }

            // What implements it by its name has to go on implementing it.
            if (isThisType || (!definition.IsInterface && definition.Interfaces.Any(one => one.InterfaceType.Name == type)))
            {
                foreach (
                    MethodDefinition method in definition.Methods.Where(method =>
                        method.Name == member && (parameters is null || method.Parameters.Count == parameters)
                    )
                )
                {
                    method.Name += Suffix;
                }
            }
        }
    }
}
