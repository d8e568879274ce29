// One effect on one layer, driven as Paint.NET drives it: the dialog is made, then for every change of a control
// OnInitializeRenderInfo and OnSetToken on a worker thread, alone, then OnRender for square tiles from several threads. Whatever
// lies outside the selection never reaches the effect.
using PaintDotNet.Effects;
using PaintDotNet.IndirectUI;
using PaintDotNet.PropertySystem;
using PaintDotNet.Rendering;

namespace RsrPlugins.EffectHost;

/// <summary>How a render is cut and run; must not change a byte of the result.</summary>
/// <param name="TileSize">Side of the square tiles, in pixels.</param>
/// <param name="Threads">Tiles at once.</param>
/// <param name="ShuffleSeed">Order of the tiles: null for left to right, top to bottom.</param>
/// <param name="Pool">Threads that live on afterwards, as Paint.NET's do; null makes new ones.</param>
public sealed record RenderSchedule(int TileSize = 64, int Threads = 4, int? ShuffleSeed = null, RenderThreads? Pool = null)
{
    /// <summary>Called after every tile with how many are done.</summary>
    public Action<int>? TileDone { get; init; }
}

/// <summary>One control of an effect's dialog.</summary>
/// <param name="Choices">Names and labels of a list's values; empty for other controls.</param>
public sealed record DialogControl(
    string Property,
    string Label,
    string Description,
    string ControlType,
    string Value,
    IReadOnlyList<(string Value, string Label)> Choices
)
{
    /// <summary>Least and greatest value of a number; null for other controls.</summary>
    public (int Least, int Greatest)? Range { get; init; }

    /// <summary>What stands above the control; a button's own text is not it.</summary>
    public string Heading { get; init; } = string.Empty;
}

/// <summary>An effect at work on a layer.</summary>
public sealed class EffectSession : IDisposable
{
    private readonly BitmapEffect _effect;
    private readonly Picture _layer;
    private readonly HostServices _services;
    private readonly RectInt32 _selection;
    private readonly SelectionMask? _mask;
    private readonly PropertyCollection? _properties;
    private ControlInfo? _dialog;

    /// <param name="selection">x, y, width, height; null selects the whole layer. Clipped to the layer.</param>
    /// <param name="mask">How far each pixel is selected: a grey picture of the layer's size, instead of a rectangle.</param>
    public EffectSession(
        BitmapEffect effect,
        Picture layer,
        HostServices services,
        (int X, int Y, int Width, int Height)? selection = null,
        Picture? mask = null
    )
    {
        ArgumentNullException.ThrowIfNull(effect);
        ArgumentNullException.ThrowIfNull(layer);
        _effect = effect;
        _layer = layer;
        _services = services;
        _mask = mask is null ? null : SelectionMask.Of(layer, mask);
        _selection = _mask?.Bounds ?? Clip(layer, selection);
        effect.HostServices = services;
        effect.HostEnvironment = new HostEnvironment(layer, _selection, _mask);
        _properties = (effect as PropertyBasedBitmapEffect)?.CreatePropertyCollection();
    }

    public string Name => _effect.HostName;

    public string? Submenu => _effect.HostSubmenuName;

    public bool IsConfigurable => _effect.HostOptions.IsConfigurable;

    /// <summary>Makes the dialog, as Paint.NET does when the user chooses the effect.</summary>
    public IReadOnlyList<DialogControl> OpenDialog()
    {
        if (_effect is not PropertyBasedBitmapEffect effect || _properties is null)
        {
            return [];
        }

        _dialog = effect.CreateConfigUI(_properties);
        return [.. _properties.Select(Describe)];
    }

    /// <summary>The text behind the dialog's help button.</summary>
    public string HelpText()
    {
        if (_effect is not PropertyBasedBitmapEffect effect)
        {
            return string.Empty;
        }

        PropertyCollection window = new PropertyCollection([
            new StaticListChoiceProperty(
                ControlInfoPropertyNames.WindowHelpContentType,
                [.. Enum.GetValues<WindowHelpContentType>().Cast<object>()],
                0
            ),
            new TextProperty(ControlInfoPropertyNames.WindowHelpContent),
        ]);
        effect.HostCustomizeWindow(window);
        return (string?)window[ControlInfoPropertyNames.WindowHelpContent]!.Value ?? string.Empty;
    }

    /// <summary>Sets a control by the name of its property; a choice by name, number or label.</summary>
    public void Set(string property, string value)
    {
        Property found = FindProperty(property);
        found.Value = found switch
        {
            Int32Property => int.Parse(value, System.Globalization.CultureInfo.InvariantCulture),
            StaticListChoiceProperty list => FindChoice(list, value),
            StringProperty => value,
            _ => throw new HostException($"{Name}: {property} is of a kind the host cannot set."),
        };
    }

    /// <summary>What a control is set to, as <see cref="DialogControl.Value"/> has it.</summary>
    public string ValueOf(string property) => FindProperty(property).Value?.ToString() ?? string.Empty;

    /// <summary>Presses a button: its number grows by one.</summary>
    public void Press(string property)
    {
        Int32Property button = (Int32Property)FindProperty(property);
        button.Value++;
    }

    /// <summary>Renders with the controls as they are.</summary>
    /// <returns>The layer's new content.</returns>
    /// <exception cref="OperationCanceledException">Cancelled; what was rendered is thrown away.</exception>
    public Picture Render(RenderSchedule? schedule = null, CancellationToken cancellationToken = default)
    {
        schedule ??= new RenderSchedule();
        RectInt32[] tiles = Tiles(schedule.TileSize);
        if (schedule.ShuffleSeed is int seed)
        {
            new Random(seed).Shuffle(tiles);
        }

        _effect.HostCancellationToken = cancellationToken;
        HostRenderInfo info = new HostRenderInfo();
        _effect.HostInitializeRenderInfo(info);
        SelectionMask? clip = info.Flags.HasFlag(BitmapEffectRenderingFlags.DisableSelectionClipping) ? null : _mask;
        _effect.HostSetToken(_properties is null ? null : new PropertyBasedEffectConfigToken(_properties));

        Picture result = _layer.Clone();
        int next = -1;
        int done = 0;
        Exception? failure = null;
        using RenderThreads? own = schedule.Pool is null ? new RenderThreads(schedule.Threads) : null;
        (schedule.Pool ?? own!).Run(schedule.Threads, Work);

        if (failure is not null)
        {
            // As the editor does: it says what has escaped in its own dialog, and throws the render away.
            _services.ReportEscaped(failure);
            return _layer.Clone();
        }

        cancellationToken.ThrowIfCancellationRequested();
        return result;

        void Work()
        {
            try
            {
                for (
                    int i = Interlocked.Increment(ref next);
                    i < tiles.Length && !cancellationToken.IsCancellationRequested;
                    i = Interlocked.Increment(ref next)
                )
                {
                    HostOutput output = new HostOutput(tiles[i]);
                    _effect.HostRender(output);
                    clip?.Apply(output.Tile, tiles[i].X, tiles[i].Y, _layer);
                    schedule.TileDone?.Invoke(Interlocked.Increment(ref done));
                    for (int y = 0; y < tiles[i].Height; y++)
                    {
                        output
                            .Tile.Bytes.AsSpan(y * tiles[i].Width * 4, tiles[i].Width * 4)
                            .CopyTo(result.Bytes.AsSpan((((tiles[i].Y + y) * result.Width) + tiles[i].X) * 4));
                    }
                }
            }
            catch (Exception exception)
            {
                Interlocked.CompareExchange(ref failure, exception, null);
            }
        }
    }

    public void Dispose() => _effect.Dispose();

    private static RectInt32 Clip(Picture layer, (int X, int Y, int Width, int Height)? selection)
    {
        if (selection is not (int x, int y, int width, int height))
        {
            return new RectInt32(0, 0, layer.Width, layer.Height);
        }

        int left = Math.Max(0, x),
            top = Math.Max(0, y);
        int right = (int)Math.Min(layer.Width, (long)x + width),
            bottom = (int)Math.Min(layer.Height, (long)y + height);
        return right > left && bottom > top
            ? new RectInt32(left, top, right - left, bottom - top)
            : throw new HostException(
                $"The selection {x},{y},{width},{height} has no pixel of the {layer.Width} x {layer.Height} picture."
            );
    }

    private RectInt32[] Tiles(int size)
    {
        List<RectInt32> tiles = new List<RectInt32>();
        for (int y = 0; y < _selection.Height; y += size)
        {
            for (int x = 0; x < _selection.Width; x += size)
            {
                tiles.Add(
                    new RectInt32(
                        _selection.X + x,
                        _selection.Y + y,
                        Math.Min(size, _selection.Width - x),
                        Math.Min(size, _selection.Height - y)
                    )
                );
            }
        }

        return [.. tiles];
    }

    private Property FindProperty(string name) =>
        _properties?.FirstOrDefault(property => NameOf(property).Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new HostException($"{Name} has no property {name}; it has {string.Join(", ", _properties?.Select(NameOf) ?? [])}.");

    private object FindChoice(StaticListChoiceProperty list, string value) =>
        list.ValueChoices.FirstOrDefault(choice =>
            choice.ToString()!.Equals(value, StringComparison.OrdinalIgnoreCase)
            || Label(list, choice).Equals(value, StringComparison.OrdinalIgnoreCase)
            || (choice is Enum && Convert.ToInt64(choice, null).ToString(System.Globalization.CultureInfo.InvariantCulture) == value)
        ) ?? throw new HostException($"{Name}: {NameOf(list)} cannot be {value}; its choices are {string.Join(", ", list.ValueChoices)}.");

    private DialogControl Describe(Property property)
    {
        PropertyControlInfo control = _dialog!.FindControlForPropertyName(property.Name)!;
        return new DialogControl(
            NameOf(property),
            Text(ControlInfoPropertyNames.DisplayName) is { Length: > 0 } label ? label : Text(ControlInfoPropertyNames.ButtonText),
            Text(ControlInfoPropertyNames.Description),
            control.HostControlType.ToString(),
            property.Value?.ToString() ?? string.Empty,
            property is StaticListChoiceProperty list
                ? [.. list.ValueChoices.Select(choice => (choice.ToString()!, Label(list, choice)))]
                : []
        )
        {
            Range = property is Int32Property number ? (number.MinValue, number.MaxValue) : null,
            Heading = Text(ControlInfoPropertyNames.DisplayName),
        };

        string Text(ControlInfoPropertyNames name) => control.HostValues.GetValueOrDefault(name) as string ?? string.Empty;
    }

    private string Label(Property property, object choice) =>
        _dialog?.FindControlForPropertyName(property.Name)?.HostDisplayNames.GetValueOrDefault(choice) ?? choice.ToString()!;

    private static string NameOf(Property property) => property.Name.ToString()!;

    private sealed class TextProperty(object name) : Property<string?>(name, null)
    {
        internal override object? Coerce(object? value) => (string?)value;
    }
}
