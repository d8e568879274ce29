// The base classes of effects. A host drives an effect through the internal members; the real program has its own ways.
using System.Drawing;
using PaintDotNet.ComponentModel;
using PaintDotNet.Imaging;
using PaintDotNet.IndirectUI;
using PaintDotNet.PropertySystem;

namespace PaintDotNet.Effects;

public record EffectOptionsBase
{
    public bool IsConfigurable { get; set; }
}

public abstract record BitmapEffectOptionsFactory : EffectOptionsBase
{
    public static BitmapEffectOptions Create() => new();
}

public record BitmapEffectOptions : BitmapEffectOptionsFactory { }

public static class SubmenuNames
{
    public static string Photo => "Photo";
}

public abstract class EffectConfigToken
{
    internal EffectConfigToken() { }
}

public sealed class PropertyBasedEffectConfigToken : EffectConfigToken
{
    private readonly PropertyCollection _properties;

    public PropertyBasedEffectConfigToken(PropertyCollection propertyCollection)
    {
        _properties = (PropertyCollection)propertyCollection.Clone();
    }

    public T? GetProperty<T>(object propertyName)
        where T : Property => (T?)_properties[propertyName];

    public bool SetPropertyValue(object propertyName, object? newValue)
    {
        Property? property = _properties[propertyName];
        if (property is null)
        {
            return false;
        }

        property.Value = newValue;
        return true;
    }
}

public abstract class EffectBase : RefTrackedObject
{
    private protected EffectBase(string name, Image? image, string? submenuName, EffectOptionsBase options)
    {
        HostName = name;
        HostImage = image;
        HostSubmenuName = submenuName;
        HostOptions = options;
    }

    internal string HostName { get; }

    internal Image? HostImage { get; }

    internal string? HostSubmenuName { get; }

    internal EffectOptionsBase HostOptions { get; }

    internal CancellationToken HostCancellationToken { get; set; }

    internal IServiceProvider? HostServices { get; set; }

    protected CancellationToken CancellationToken => HostCancellationToken;

    protected bool IsCancelRequested => HostCancellationToken.IsCancellationRequested;

    protected IServiceProvider Services => HostServices ?? throw new InvalidOperationException("The effect has not been initialized.");

    protected virtual void OnDispose(bool disposing) { }

    protected sealed override void Dispose(bool disposing)
    {
        OnDispose(disposing);
        base.Dispose(disposing);
    }
}

public abstract class BitmapEffect : EffectBase
{
    protected BitmapEffect(string name, IBitmapSource? image, string? submenuName, BitmapEffectOptions options)
        : base(name, null, submenuName, options) { }

    protected BitmapEffect(string name, Image? image, string? submenuName, BitmapEffectOptions options)
        : base(name, image, submenuName, options) { }

    protected BitmapEffect(string name, string? submenuName, BitmapEffectOptions options)
        : base(name, null, submenuName, options) { }

    internal IBitmapEffectEnvironment? HostEnvironment { get; set; }

    protected IBitmapEffectEnvironment Environment =>
        HostEnvironment ?? throw new InvalidOperationException("The effect has not been initialized.");

    internal void HostInitializeRenderInfo(IBitmapEffectRenderInfo renderInfo) => OnInitializeRenderInfo(renderInfo);

    internal void HostSetToken(EffectConfigToken? token) => OnSetToken(token);

    internal void HostRender(IBitmapEffectOutput output) => OnRender(output);

    protected virtual void OnInitializeRenderInfo(IBitmapEffectRenderInfo renderInfo) { }

    protected abstract void OnRender(IBitmapEffectOutput output);

    protected virtual void OnSetToken(EffectConfigToken? newToken) { }
}

public abstract class BitmapEffect<TToken> : BitmapEffect
    where TToken : EffectConfigToken
{
    protected BitmapEffect(string name, IBitmapSource? image, string? submenuName, BitmapEffectOptions options)
        : base(name, image, submenuName, options) { }

    protected BitmapEffect(string name, Image? image, string? submenuName, BitmapEffectOptions options)
        : base(name, image, submenuName, options) { }

    protected BitmapEffect(string name, string? submenuName, BitmapEffectOptions options)
        : base(name, submenuName, options) { }

    protected sealed override void OnSetToken(EffectConfigToken? newToken) => OnSetToken((TToken?)newToken);

    protected virtual void OnSetToken(TToken? newToken) { }
}

public abstract class PropertyBasedBitmapEffect : BitmapEffect<PropertyBasedEffectConfigToken>
{
    protected PropertyBasedBitmapEffect(string name, IBitmapSource? image, string? submenuName, BitmapEffectOptions options)
        : base(name, image, submenuName, options) { }

    protected PropertyBasedBitmapEffect(string name, Image? image, string? submenuName, BitmapEffectOptions options)
        : base(name, image, submenuName, options) { }

    protected PropertyBasedBitmapEffect(string name, string? submenuName, BitmapEffectOptions options)
        : base(name, submenuName, options) { }

    public static ControlInfo CreateDefaultConfigUI(IEnumerable<Property> props) => ControlInfo.CreateDefaultConfigUI(props);

    public PropertyCollection CreatePropertyCollection() => OnCreatePropertyCollection();

    public ControlInfo CreateConfigUI(PropertyCollection props) => OnCreateConfigUI(props);

    internal void HostCustomizeWindow(PropertyCollection props) => OnCustomizeConfigUIWindowProperties(props);

    protected abstract PropertyCollection OnCreatePropertyCollection();

    protected virtual ControlInfo OnCreateConfigUI(PropertyCollection props) => CreateDefaultConfigUI(props);

    protected virtual void OnCustomizeConfigUIWindowProperties(PropertyCollection props) { }
}
