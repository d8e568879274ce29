// What Paint.NET shows of a plugin in its list and in a crash log.
using System.Reflection;
using PaintDotNet;

namespace RsrPlugins.PaintDotNet;

/// <summary>Name, author and version, read from the assembly so that there is one place to change them.</summary>
public sealed class PluginSupportInfo : IPluginSupportInfo
{
    private static readonly Assembly _assembly = typeof(PluginSupportInfo).Assembly;

    /// <inheritdoc/>
    public string? Author => _assembly.GetCustomAttribute<AssemblyCompanyAttribute>()?.Company;

    /// <inheritdoc/>
    public string? Copyright => _assembly.GetCustomAttribute<AssemblyCopyrightAttribute>()?.Copyright;

    /// <inheritdoc/>
    public string? DisplayName => _assembly.GetCustomAttribute<AssemblyProductAttribute>()?.Product;

    /// <inheritdoc/>
    public Version? Version => _assembly.GetName().Version;

    /// <summary>None: the plugin has no site of its own.</summary>
    public Uri? WebsiteUri => null;
}
