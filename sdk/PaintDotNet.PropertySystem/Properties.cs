// Properties of a dialog. Values are checked as the real ones do: a number is clamped to its range, a choice that is not
// in the list is refused, so that a host's mistake is seen.
using System.Collections;

namespace PaintDotNet.PropertySystem;

public abstract class Property : ICloneable
{
    internal Property(object name, object? value)
    {
        Name = name;
        ValueCore = value;
    }

    public object Name { get; }

    public object? Value
    {
        get => ValueCore;
        set => ValueCore = Coerce(value);
    }

    private protected object? ValueCore { get; set; }

    public object Clone() => MemberwiseClone();

    internal abstract object? Coerce(object? value);
}

public abstract class Property<T> : Property
{
    internal Property(object name, T defaultValue)
        : base(name, defaultValue) { }

    public new T Value
    {
        get => (T)ValueCore!;
        set => ValueCore = Coerce(value);
    }
}

public abstract class ScalarProperty<T> : Property<T>
    where T : struct, IComparable<T>
{
    internal ScalarProperty(object name, T defaultValue, T minValue, T maxValue)
        : base(name, defaultValue)
    {
        MinValue = minValue;
        MaxValue = maxValue;
    }

    public T MinValue { get; }

    public T MaxValue { get; }

    internal override object? Coerce(object? value)
    {
        T typed = (T)value!;
        return typed.CompareTo(MinValue) < 0 ? MinValue
            : typed.CompareTo(MaxValue) > 0 ? MaxValue
            : typed;
    }
}

public sealed class Int32Property : ScalarProperty<int>
{
    public Int32Property(object name, int defaultValue, int minValue, int maxValue)
        : base(name, defaultValue, minValue, maxValue) { }
}

public sealed class StringProperty : Property<string>
{
    private readonly int _maxLength;

    public StringProperty(object name, string defaultValue, int maxLength)
        : base(name, defaultValue)
    {
        _maxLength = maxLength;
    }

    internal override object? Coerce(object? value) =>
        value is string { Length: var length } text && length > _maxLength ? text[.._maxLength] : value;
}

public sealed class StaticListChoiceProperty : Property<object>
{
    private readonly object[] _valueChoices;

    public StaticListChoiceProperty(object name, object[] valueChoices, int defaultChoiceIndex)
        : base(name, valueChoices[defaultChoiceIndex])
    {
        _valueChoices = (object[])valueChoices.Clone();
    }

    public object[] ValueChoices => (object[])_valueChoices.Clone();

    internal override object? Coerce(object? value) =>
        _valueChoices.Contains(value)
            ? value
            : throw new ArgumentException($"{value} is not a choice of {Name}: {string.Join(", ", _valueChoices)}.", nameof(value));
}

public sealed class PropertyCollection : IEnumerable<Property>, ICloneable
{
    private readonly List<Property> _properties;

    public PropertyCollection(IEnumerable<Property> properties)
    {
        _properties = [.. properties];
    }

    public Property? this[object propertyName] => _properties.Find(property => property.Name.Equals(propertyName));

    public object Clone() => new PropertyCollection(_properties.Select(property => (Property)property.Clone()));

    public IEnumerator<Property> GetEnumerator() => _properties.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
