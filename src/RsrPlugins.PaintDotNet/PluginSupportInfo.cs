// What Paint.NET shows of a plugin in its list and in a crash log.
using System.Reflection;
using PaintDotNet;

namespace RsrPlugins.PaintDotNet;

/// <summary>Name, author and version, read from the assembly so that there is one place to change them.</summary>
public sealed class PluginSupportInfo : IPluginSupportInfo
{
    private static readonly Assembly s_assembly = typeof(PluginSupportInfo).Assembly;

    /// <inheritdoc/>
    public string? Author => s_assembly.GetCustomAttribute<AssemblyCompanyAttribute>()?.Company;

    /// <inheritdoc/>
    public string? Copyright => s_assembly.GetCustomAttribute<AssemblyCopyrightAttribute>()?.Copyright;

    /// <inheritdoc/>
    public string? DisplayName => s_assembly.GetCustomAttribute<AssemblyProductAttribute>()?.Product;

    /// <inheritdoc/>
    public Version? Version => s_assembly.GetName().Version;

    /// <summary>None: the plugin has no site of its own.</summary>
    public Uri? WebsiteUri => null;
}
