// What both effects do alike: read the token into options, compute once, write tiles, answer the buttons, say what failed.
// Paint.NET calls OnInitializeRenderInfo and OnSetToken on a worker thread, alone, then OnRender for many tiles from several
// threads; a cancelled render is thrown away. All work happens inside OnRender, so nothing is left running behind a closed dialog.
using System.Runtime.CompilerServices;
using PaintDotNet;
using PaintDotNet.AppModel;
using PaintDotNet.Effects;
using PaintDotNet.Imaging;
using PaintDotNet.IndirectUI;
using PaintDotNet.PropertySystem;
using PaintDotNet.Rendering;
using RsrPlugins.Core;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Tiling;
using RsrPlugins.PaintDotNet.Saving;

namespace RsrPlugins.PaintDotNet;

/// <summary>Base of Learned Downscale and Learned Upscale.</summary>
public abstract class LearnedEffect : PropertyBasedBitmapEffect
{
    // Windows allows no longer ones in most places.
    private const int MaxPath = 259;
    private const int MaxName = 120;

    private readonly string _name;
    private readonly CopyButton _copyButton;
    private readonly FailureReport _failures;
    private IBitmapEffectEnvironment? _environment;
    private Layer? _layer;
    private ResizeJob? _job;
    private readonly CopyButton _saveButton;
    private int _copyCount;
    private int _copyWanted;
    private int _saveCount;
    private int _saveWanted;
    private string _saveFolder = string.Empty;
    private string _saveName = string.Empty;

    private protected LearnedEffect(
        string name,
        string iconName,
        PluginRuntime runtime,
        CopyButton copyButton,
        CopyButton saveButton,
        FailureReport failures
    )
        : base(name, Icons.Load(iconName)!, SubmenuNames.Photo, BitmapEffectOptionsFactory.Create() with { IsConfigurable = true })
    {
        _name = name;
        Runtime = runtime;
        _copyButton = copyButton;
        _saveButton = saveButton;
        _failures = failures;
    }

    /// <summary>Names of the properties both effects have.</summary>
    internal enum SharedProperty
    {
        /// <summary>The scale factor.</summary>
        Scale,

        /// <summary>The copy button.</summary>
        Copy,

        /// <summary>The folder a result is saved in.</summary>
        SaveFolder,

        /// <summary>The name a result is saved under.</summary>
        SaveName,

        /// <summary>The save button.</summary>
        Save,

        /// <summary>What a selection that is no rectangle means.</summary>
        Selection,

        /// <summary>The processing device.</summary>
        Device,
    }

    internal PluginRuntime Runtime { get; }

    private protected abstract string HelpText { get; }

    /// <summary>Reads a token.</summary>
    private protected abstract EffectOptions ReadOptions(PropertyBasedEffectConfigToken token);

    /// <summary>The value of a choice.</summary>
    private protected static T Choice<T>(PropertyBasedEffectConfigToken token, object name)
        where T : struct, Enum => (T)token.GetProperty<StaticListChoiceProperty>(name)!.Value;

    /// <summary>A list of all values of an enumeration, the first one preset.</summary>
    private protected static StaticListChoiceProperty ListOf<T>(object name)
        where T : struct, Enum => new(name, [.. Enum.GetValues<T>().Cast<object>()], 0);

    /// <summary>The list of installed scale factors; 2 alone where none is installed, so that the dialog opens and can say so.</summary>
    /// <param name="networks">Any of them makes a scale a choice.</param>
    /// <param name="preset">The scale that is preset where it is installed; else the smallest.</param>
    private protected StaticListChoiceProperty ListOfScales((NetworkTask Task, ModelKind Kind)[] networks, int preset = 0)
    {
        object[] scales = [.. InstalledScales(networks, out _).Select(scale => (object)(Scale)scale)];
        return new StaticListChoiceProperty(
            SharedProperty.Scale,
            scales.Length > 0 ? scales : [Scale.X2],
            Math.Max(0, Array.IndexOf(scales, (Scale)preset))
        );
    }

    /// <summary>The scale factors for which one of the networks is installed.</summary>
    /// <param name="problem">Why there is none; null where there are.</param>
    private protected IReadOnlyList<int> InstalledScales((NetworkTask Task, ModelKind Kind)[] networks, out string? problem)
    {
        try
        {
            ModelCatalogue models = Runtime.Models();
            int[] scales = [.. networks.SelectMany(network => models.Scales(network.Task, network.Kind)).Distinct().Order()];
            problem =
                scales.Length > 0
                    ? null
                    : $"No weights for this effect are installed in {models.Folder}. Run the RsrPlugins installer again and choose at least one scale.";
            return scales;
        }
        catch (ModelException exception)
        {
            problem = exception.Message;
            return [];
        }
    }

    /// <summary>The installed scale factors in words, such as "2, 3 or 4"; "several" where none is installed.</summary>
    /// <param name="networks">Any of them makes a scale a choice.</param>
    /// <param name="unit">What a factor is multiplied by: 100 for percent.</param>
    private protected string Alternatives((NetworkTask Task, ModelKind Kind)[] networks, int unit)
    {
        string[] factors = [.. InstalledScales(networks, out _).Select(scale => $"{scale * unit}")];
        return factors.Length switch
        {
            0 => "several",
            1 => factors[0],
            _ => $"{string.Join(", ", factors[..^1])} or {factors[^1]}",
        };
    }

    /// <summary>The properties that say where the result goes.</summary>
    /// <param name="saveName">Preset.</param>
    private protected static IEnumerable<Property> ResultProperties(string saveName) =>
        [
            new Int32Property(SharedProperty.Copy, 0, 0, int.MaxValue),
            new StringProperty(
                SharedProperty.SaveFolder,
                System.Environment.GetFolderPath(System.Environment.SpecialFolder.MyPictures),
                MaxPath
            ),
            new StringProperty(SharedProperty.SaveName, saveName, MaxName),
            new Int32Property(SharedProperty.Save, 0, 0, int.MaxValue),
        ];

    /// <summary>Describes the controls both effects have.</summary>
    private protected void DescribeShared(
        ControlInfo dialog,
        string scaleFormat,
        string copyLabel,
        string copyDescription,
        params (NetworkTask Task, ModelKind Kind)[] networks
    )
    {
        // This dialog has pressed nothing yet and has not been told anything.
        _copyButton.DialogOpens();
        _saveButton.DialogOpens();
        _failures.Clear();

        IReadOnlyList<int> scales = InstalledScales(networks, out string? problem);
        Describe(dialog, SharedProperty.Scale, "Scale", problem ?? "One choice for each scale whose weights are installed.");
        PropertyControlInfo scale = dialog.FindControlForPropertyName(SharedProperty.Scale)!;
        foreach (int factor in scales)
        {
            scale.SetValueDisplayName((Scale)factor, string.Format(System.Globalization.CultureInfo.InvariantCulture, scaleFormat, factor));
        }

        if (problem is not null)
        {
            scale.SetValueDisplayName(Scale.X2, "(no weights installed)");
        }

        Describe(dialog, SharedProperty.Copy, string.Empty, copyDescription);
        dialog.SetPropertyControlType(SharedProperty.Copy, PropertyControlType.IncrementButton);
        dialog.SetPropertyControlValue(SharedProperty.Copy, ControlInfoPropertyNames.ButtonText, copyLabel);

        Describe(dialog, SharedProperty.SaveFolder, "Folder of the file", "Where the result is saved.");
        dialog.SetPropertyControlType(SharedProperty.SaveFolder, PropertyControlType.FolderChooser);
        Describe(
            dialog,
            SharedProperty.SaveName,
            "Name of the file",
            "Ends in .png or .tif. The document's colour profile and resolution are kept. An existing file is never replaced."
        );
        Describe(
            dialog,
            SharedProperty.Save,
            string.Empty,
            "For results that are too large for the clipboard. The folder is opened when the file has been written."
        );
        dialog.SetPropertyControlType(SharedProperty.Save, PropertyControlType.IncrementButton);
        dialog.SetPropertyControlValue(SharedProperty.Save, ControlInfoPropertyNames.ButtonText, "Save result to the file");

        Describe(
            dialog,
            SharedProperty.Selection,
            "Selection",
            CurrentLayer.Selection.FillsBounds
                ? "Not relevant here: the whole bounding rectangle is selected."
                : "The selection is not rectangular. Either unselected pixels are neither read nor changed, or the whole bounding rectangle counts as selected."
        );
        PropertyControlInfo selection = dialog.FindControlForPropertyName(SharedProperty.Selection)!;
        selection.SetValueDisplayName(SelectionUse.Mask, "What is selected");
        selection.SetValueDisplayName(SelectionUse.WholeBounds, "Its whole bounds");

        Describe(
            dialog,
            SharedProperty.Device,
            "Processing device",
            Runtime.DeviceReport is string report
                ? $"{report.TrimEnd('.')}. This was used last."
                : "Automatic uses Paint.NET's GPU, or the CPU. The result is the same."
        );
        PropertyControlInfo device = dialog.FindControlForPropertyName(SharedProperty.Device)!;
        device.SetValueDisplayName(ProcessingDevice.Automatic, "Automatic");
        device.SetValueDisplayName(ProcessingDevice.DirectML, "GPU");
        device.SetValueDisplayName(ProcessingDevice.Cpu, "CPU");
    }

    /// <summary>Controls that belong together: a line above the first alone.</summary>
    private protected static void Group(ControlInfo dialog, object first, params object[] others)
    {
        dialog.SetPropertyControlValue(first, ControlInfoPropertyNames.ShowHeaderLine, true);
        foreach (object other in others)
        {
            dialog.SetPropertyControlValue(other, ControlInfoPropertyNames.ShowHeaderLine, false);
        }
    }

    /// <summary>The group of both effects that says where the result goes, and what makes it.</summary>
    private protected static void GroupOfResult(ControlInfo dialog) =>
        Group(dialog, SharedProperty.Copy, SharedProperty.SaveFolder, SharedProperty.SaveName, SharedProperty.Save, SharedProperty.Device);

    private protected static void Describe(ControlInfo dialog, object property, string label, string description)
    {
        dialog.SetPropertyControlValue(property, ControlInfoPropertyNames.DisplayName, label);
        dialog.SetPropertyControlValue(property, ControlInfoPropertyNames.Description, description);
    }

    /// <summary>The layer the effect was called on; another one only when Paint.NET has given another environment.</summary>
    internal Layer CurrentLayer
    {
        get
        {
            IBitmapEffectEnvironment environment = Environment;
            if (_layer is null || !ReferenceEquals(environment, _environment))
            {
                _layer = new Layer(environment.GetSourceBitmapBgra32(), SelectionShape.Read(environment.Selection));
                _environment = environment;
            }

            return _layer;
        }
    }

    /// <inheritdoc/>
    protected sealed override void OnCustomizeConfigUIWindowProperties(PropertyCollection props)
    {
        ArgumentNullException.ThrowIfNull(props);
        props[ControlInfoPropertyNames.WindowHelpContentType]!.Value = WindowHelpContentType.PlainText;
        props[ControlInfoPropertyNames.WindowHelpContent]!.Value = HelpText;
    }

    /// <inheritdoc/>
    protected sealed override void OnInitializeRenderInfo(IBitmapEffectRenderInfo renderInfo)
    {
        ArgumentNullException.ThrowIfNull(renderInfo);
        OptionalService.Try(() => AskForSquareTiles(renderInfo));
        if (!CurrentLayer.Selection.FillsBounds)
        {
            OptionalService.Try(() => CutBySelf(renderInfo));
        }

        base.OnInitializeRenderInfo(renderInfo);
    }

    /// <summary>Pictures of many megabytes go with the effect, not with the next garbage collection that happens to see it.</summary>
    protected sealed override void OnDispose(bool disposing)
    {
        if (disposing)
        {
            (_job, _layer, _environment) = (null, null, null);
        }

        base.OnDispose(disposing);
    }

    /// <inheritdoc/>
    protected sealed override void OnSetToken(PropertyBasedEffectConfigToken? newToken)
    {
        ArgumentNullException.ThrowIfNull(newToken);
        EffectOptions options = ReadOptions(newToken);
        Layer layer = CurrentLayer;
        if (_job is null || _job.Failure is not null || _job.Options != options || _job.Layer != layer)
        {
            _job = new ResizeJob(options, layer, Runtime, () => GraphicsAdapter.Find(Services));
        }

        _copyCount = newToken.GetProperty<Int32Property>(SharedProperty.Copy)!.Value;
        _copyWanted = _copyButton.IsPressed(_copyCount) ? 1 : 0;
        _saveCount = newToken.GetProperty<Int32Property>(SharedProperty.Save)!.Value;
        _saveWanted = _saveButton.IsPressed(_saveCount) ? 1 : 0;
        _saveFolder = newToken.GetProperty<StringProperty>(SharedProperty.SaveFolder)!.Value ?? string.Empty;
        _saveName = newToken.GetProperty<StringProperty>(SharedProperty.SaveName)!.Value ?? string.Empty;
        base.OnSetToken(newToken);
    }

    /// <inheritdoc/>
    protected sealed override void OnRender(IBitmapEffectOutput output)
    {
        ArgumentNullException.ThrowIfNull(output);
        ResizeJob job = _job ?? throw new InvalidOperationException("Paint.NET rendered before it gave a token.");
        RectInt32 bounds = output.Bounds;
        TileRect tile = new TileRect(bounds.X, bounds.Y, bounds.Width, bounds.Height);
        PlacedPicture? result;
        try
        {
            result = job.Result(tile, CancellationToken);
            if (result is not null && job.TryGiveOut())
            {
                _failures.Clear();
            }
            else
            {
                result = null;
                Fail(job);
            }

            AnswerButtons(job, result);
        }
        catch (OperationCanceledException)
        {
            // What a cancelled render has written is thrown away.
            return;
        }

        job.Layer.Write(output, tile, result, job.Options.WholeBounds);
    }

    private void Fail(ResizeJob job)
    {
        if (job.IsOut)
        {
            // Only Paint.NET can take back what is out; its own dialog shows the message.
            throw new RenderFailedException(FailureReport.Describe(_name, job.Failure!), job.Failure!);
        }

        _failures.Show(Services, _name, job.Failure!);
    }

    // The first tile after a press does it. A render that is cancelled meanwhile leaves the press unanswered for the next one.
    private void AnswerButtons(ResizeJob job, PlacedPicture? result)
    {
        if (Interlocked.Exchange(ref _copyWanted, 0) != 0)
        {
            Answer(
                result,
                () =>
                    ResultClipboard.Copy(
                        Services,
                        Environment,
                        job.ForClipboard(result!, CancellationToken),
                        exception => _failures.Show(Services, _name, exception),
                        CancellationToken
                    )
            );
            _copyButton.Answered(_copyCount);
        }

        if (Interlocked.Exchange(ref _saveWanted, 0) != 0)
        {
            Answer(result, () => Save(job, result!));
            _saveButton.Answered(_saveCount);
        }
    }

    private void Answer(PlacedPicture? result, Action answer)
    {
        try
        {
            if (result is not null)
            {
                answer();
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            _failures.Show(Services, _name, exception);
        }
    }

    private void Save(ResizeJob job, PlacedPicture result)
    {
        // What is wrong with the name is known before anything is computed for it.
        string path = ResultFile.PathOf(_saveFolder, _saveName);
        PixelImage picture = job.ForClipboard(result, CancellationToken);
        ResultFile.Save(path, picture, DocumentFacts.Read(Environment), CancellationToken);
        IServiceProvider services = Services;
        FailureReport.OnUIThread(services, () => OptionalService.Try(() => ShowFile(services, path)));
    }

    /// <summary>The only sign that it is done: a plugin has no messages but errors.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool ShowFile(IServiceProvider services, string path) =>
        services.GetService(typeof(IShellService)) is IShellService shell && shell.LaunchFolderAndSelectFile(null, path);

    /// <summary>Whether the mask counts is the user's choice, and that is not known yet: so it is applied here, not by Paint.NET.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool CutBySelf(IBitmapEffectRenderInfo renderInfo)
    {
        renderInfo.Flags |= BitmapEffectRenderingFlags.DisableSelectionClipping;
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool AskForSquareTiles(IBitmapEffectRenderInfo renderInfo)
    {
        renderInfo.Schedule = BitmapEffectRenderingSchedule.SquareTiles;
        return true;
    }

    private sealed class RenderFailedException(string message, Exception inner) : Core.RsrException(message, inner);
}
