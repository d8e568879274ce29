// A dialog described by its properties. The effect host has no windows: it keeps what an effect says of its controls so that
// tests and people can read it.
using PaintDotNet.PropertySystem;

namespace PaintDotNet.IndirectUI;

public enum ControlInfoPropertyNames
{
    DisplayName = 0,
    Description = 1,
    ButtonText = 3,
    WindowTitle = 21,
    WindowHelpContentType = 32,
    WindowHelpContent = 33,
    ShowHeaderLine = 36,
}

public enum PropertyControlType
{
    CheckBox = 1,
    Slider = 3,
    IncrementButton = 4,
    DropDown = 5,
    TextBox = 6,
    RadioButton = 7,
    FolderChooser = 12,
}

public enum WindowHelpContentType
{
    None = 0,
    PlainText = 1,
}

public abstract class ControlInfo
{
    private readonly Dictionary<object, PropertyControlInfo> _controls = [];

    internal ControlInfo() { }

    public PropertyControlInfo? FindControlForPropertyName(object propertyName) => _controls.GetValueOrDefault(propertyName);

    public bool SetPropertyControlType(object propertyName, PropertyControlType newControlType)
    {
        PropertyControlInfo? control = FindControlForPropertyName(propertyName);
        if (control is null)
        {
            return false;
        }

        control.HostControlType = newControlType;
        return true;
    }

    public bool SetPropertyControlValue(object propertyName, object controlPropertyName, object? propertyValue)
    {
        PropertyControlInfo? control = FindControlForPropertyName(propertyName);
        if (control is null)
        {
            return false;
        }

        control.HostValues[(ControlInfoPropertyNames)controlPropertyName] = propertyValue;
        return true;
    }

    public static ControlInfo CreateDefaultConfigUI(IEnumerable<Property> properties)
    {
        PanelControlInfo panel = new PanelControlInfo();
        foreach (Property property in properties)
        {
            ((ControlInfo)panel)._controls.Add(property.Name, new PropertyControlInfo(property));
        }

        return panel;
    }

    private sealed class PanelControlInfo : ControlInfo { }
}

public sealed class PropertyControlInfo : ControlInfo
{
    internal PropertyControlInfo(Property property)
    {
        HostProperty = property;
        HostControlType = property switch
        {
            Int32Property => PropertyControlType.Slider,
            StringProperty => PropertyControlType.TextBox,
            _ => PropertyControlType.DropDown,
        };
    }

    internal Property HostProperty { get; }

    internal PropertyControlType HostControlType { get; set; }

    internal Dictionary<ControlInfoPropertyNames, object?> HostValues { get; } = [];

    internal Dictionary<object, string> HostDisplayNames { get; } = [];

    public void SetValueDisplayName(object value, string displayName) => HostDisplayNames[value] = displayName;
}
