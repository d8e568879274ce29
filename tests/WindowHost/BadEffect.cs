// An effect with every mistake the checks are there for. The rig runs them on it first: a check that passes here checks nothing.
using PaintDotNet.Effects;
using PaintDotNet.Imaging;
using PaintDotNet.IndirectUI;
using PaintDotNet.PropertySystem;

namespace RsrPlugins.WindowHost;

/// <summary>An effect whose dialog is wrong in every way that is checked.</summary>
internal sealed class BadEffect() : PropertyBasedBitmapEffect("Bad effect", null, BitmapEffectOptionsFactory.Create())
{
    /// <summary>What the checks have to say of it.</summary>
    public static readonly IReadOnlyList<string> Expected =
    [
        "Silent (DropDown) is described, shows its default and is whole: no description",
        "Nameless (IncrementButton) is described, shows its default and is whole: no heading, and no text on a button",
        "Twice (DropDown) is described, shows its default and is whole: choices without a name or with the same one",
        "Long (DropDown) is described, shows its default and is whole: \"A choice",
        "Unknown (99) is described, shows its default and is whole: the effect host knows no control",
        "no text makes a mnemonic by accident, and none is there twice: an ampersand vanishes",
        "no text makes a mnemonic by accident, and none is there twice: Alt+C is there 2 times",
        "a picture comes, and it is another one: the layer is as it was",
        "the keyboard changes Stuck",
    ];

    private enum Name
    {
        Silent,
        Nameless,
        Twice,
        Long,
        Unknown,
        Stuck,
    }

    protected override PropertyCollection OnCreatePropertyCollection() =>
        new([
            new StaticListChoiceProperty(Name.Silent, ["a", "b"], 1),
            new Int32Property(Name.Nameless, 0, 0, int.MaxValue),
            new StaticListChoiceProperty(Name.Twice, ["a", "b"], 0),
            new StaticListChoiceProperty(Name.Long, ["a", "b"], 0),
            new Int32Property(Name.Unknown, 0, 0, 10),
            new Int32Property(Name.Stuck, 5, 5, 5),
        ]);

    protected override ControlInfo OnCreateConfigUI(PropertyCollection props)
    {
        ControlInfo dialog = CreateDefaultConfigUI(props);
        foreach (Name name in Enum.GetValues<Name>())
        {
            dialog.SetPropertyControlValue(name, ControlInfoPropertyNames.DisplayName, $"Cut && &copy {name}");
            dialog.SetPropertyControlValue(name, ControlInfoPropertyNames.Description, "A description.");
        }

        foreach (Name name in (Name[])[Name.Twice, Name.Long, Name.Unknown, Name.Stuck])
        {
            dialog.SetPropertyControlValue(name, ControlInfoPropertyNames.DisplayName, name.ToString());
        }

        dialog.SetPropertyControlValue(Name.Silent, ControlInfoPropertyNames.Description, string.Empty);
        dialog.SetPropertyControlValue(Name.Nameless, ControlInfoPropertyNames.DisplayName, string.Empty);
        dialog.SetPropertyControlType(Name.Nameless, PropertyControlType.IncrementButton);
        dialog.SetPropertyControlType(Name.Unknown, (PropertyControlType)99);
        dialog.FindControlForPropertyName(Name.Twice)!.SetValueDisplayName("a", "b");
        dialog
            .FindControlForPropertyName(Name.Long)!
            .SetValueDisplayName("a", "A choice whose name is so long that no list of this width can show the whole of it at once");
        dialog.SetPropertyControlValue(Name.Stuck, ControlInfoPropertyNames.DisplayName, "Stu&ck");
        return dialog;
    }

    /// <summary>Gives the layer back as it was.</summary>
    protected override unsafe void OnRender(IBitmapEffectOutput output)
    {
        using IBitmapLock<ColorBgra32> target = output.LockBgra32();
        using IBitmapLock<ColorBgra32> source = Environment.GetSourceBitmapBgra32().Lock(output.Bounds);
        for (int y = 0; y < output.Bounds.Height; y++)
        {
            int bytes = output.Bounds.Width * sizeof(ColorBgra32);
            new Span<byte>((byte*)source.Buffer + ((long)y * source.BufferStride), bytes).CopyTo(
                new Span<byte>((byte*)target.Buffer + ((long)y * target.BufferStride), bytes)
            );
        }
    }
}
