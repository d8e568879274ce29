namespace PaintDotNet;

public interface IPluginSupportInfo
{
    string? Author { get; }

    string? Copyright { get; }

    string? DisplayName { get; }

    Version? Version { get; }

    Uri? WebsiteUri { get; }
}

[AttributeUsage(AttributeTargets.Assembly | AttributeTargets.Class | AttributeTargets.Interface, AllowMultiple = false, Inherited = false)]
public class PluginSupportInfoAttribute(Type pluginSupportInfoOrProviderType) : Attribute
{
    internal Type PluginSupportInfoType => pluginSupportInfoOrProviderType;
}
