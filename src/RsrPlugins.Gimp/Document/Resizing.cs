// One run's way through the engine. What a size takes, which networks, which device: the session's rules, as for every host. Here stands
// only what a document adds: every layer has its own size and its own memory of how it became small.
using RsrPlugins.Core.Hosting;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Sizes;
using RsrPlugins.Gimp.Editor;

namespace RsrPlugins.Gimp.Document;

/// <summary>How one picture is resized.</summary>
/// <param name="Way">Networks and sizes.</param>
/// <param name="Record">What the result remembers.</param>
/// <param name="StepsLeft">Where it takes back recorded steps by their partners: how many remain; else null.</param>
internal sealed record PlannedResize(ResizeWay Way, DocumentRecord? Record, int? StepsLeft)
{
    /// <summary>A picture whose pixels were all repeated is made of its own pixels first.</summary>
    public bool LooksForOwnPixels { get; init; }

    public int Width => Way.Width;

    public int Height => Way.Height;
}

/// <param name="options">What was asked for.</param>
/// <param name="wasJpeg">The document comes from a JPEG file.</param>
/// <param name="jpegQuality">That file's quality, 1 to 100, where it is known.</param>
internal sealed class Resizing(ResizeOptions options, bool wasJpeg, int? jpegQuality) : IDisposable
{
    private readonly ResizeSession _session = new();
    private readonly SessionSettings _settings = new(options.Device);
    private ModelCatalogue? _models;

    private ModelCatalogue Models => _models ??= _session.Models();

    /// <summary>The size that width and height ask for, or the scale; a side that is not given follows in proportion.</summary>
    /// <exception cref="EditorException">It is not larger, or not smaller.</exception>
    public static (int Width, int Height) Target(ResizeOptions options, int width, int height)
    {
        if (options.Scale is int scale)
        {
            return options.Enlarge
                ? (checked(width * scale), checked(height * scale))
                : (ResizePlan.DividedUp(width, scale), ResizePlan.DividedUp(height, scale));
        }

        (int Width, int Height) target = (options.Width, options.Height) switch
        {
            (int asked, int high) => (asked, high),
            (int asked, null) => (asked, Geometry.ScaledLength(height, width, asked)),
            (null, int high) => (Geometry.ScaledLength(width, height, high), high),
            _ => throw new EditorException("The exact size is missing: give a width, a height, or both."),
        };
        bool larger = target.Width >= width && target.Height >= height && (target != (width, height) || KeepsSize(options));
        bool smaller = target.Width <= width && target.Height <= height && target != (width, height);
        return (options.Enlarge ? larger : smaller)
            ? target
            : throw new EditorException(
                options.Enlarge
                    ? $"{target.Width} x {target.Height} is not larger than {width} x {height}. Learned Downscale makes images smaller."
                    : $"{target.Width} x {target.Height} is not smaller than {width} x {height}. Learned Upscale makes images larger."
            );
    }

    /// <summary>Whether the image's own size may be asked for: to clean it up, or for a network of the user's that keeps it.</summary>
    private static bool KeepsSize(ResizeOptions options) =>
        options.Enlarge
        && options.Scale is null
        && (
            options.Model is not null
            || (
                options.Source is SourceChoice.Auto or SourceChoice.Photo or SourceChoice.Drawing
                && options.Cleanup is CleanupChoice.Low or CleanupChoice.High
            )
        );

    /// <summary>Decides how a picture of a size is resized.</summary>
    /// <param name="target">The size asked for; for an exact size of the whole, the picture's share of it.</param>
    /// <param name="x">Its place in the image, for the record.</param>
    /// <param name="y">See <paramref name="x"/>.</param>
    /// <param name="record">What is stored with it; not used where it does not fit.</param>
    /// <exception cref="RsrPlugins.Core.RsrException">No network for it, or no way to the size.</exception>
    public PlannedResize Plan(int width, int height, (int Width, int Height) target, int x, int y, DocumentRecord? record)
    {
        if (target == (width, height) && KeepsSize(options))
        {
            return new PlannedResize(SameSize(width, height), null, null);
        }

        if (target == (width, height))
        {
            // A small layer of an image whose size hardly changes.
            return new PlannedResize(new ResizeWay([], width, height, ClassicalStep: false), null, null);
        }

        DocumentRecord? fitting = record is not null && record.Fits(width, height) ? record : null;
        SizeRequest request = options.Scale is int scale
            ? new SizeRequest(scale, null, null)
            : new SizeRequest(null, target.Width, target.Height);
        return options.Enlarge
            ? Enlarge(width, height, target, request, options.Source is SourceChoice.Auto or SourceChoice.Learned ? fitting : null)
            : Reduce(width, height, request, fitting ?? new DocumentRecord(1, width, height, [], x, y));
    }

    /// <summary>Computes.</summary>
    public PixelImage Resize(PixelImage picture, PlannedResize plan, IProgress<double> progress)
    {
        ResizeWay way = plan.Way;
        if (plan.LooksForOwnPixels && EnlargedPixels.Find(picture)?.Own is PixelImage own)
        {
            if (options.Source == SourceChoice.Pixel)
            {
                picture = own;
            }
            else if ((long)own.Width * SizeRequest.MaxScale >= plan.Width && (long)own.Height * SizeRequest.MaxScale >= plan.Height)
            {
                picture = own;
                way = ResizeWay.Of(
                    ResizePlan.Upscale(
                        own.Width,
                        own.Height,
                        new SizeRequest(null, plan.Width, plan.Height),
                        ModelKind.Photo,
                        Models.Scales(NetworkTask.Enlarge, ModelKind.Photo)
                    ),
                    Models
                );
            }
        }

        way = way with { Strength = options.Strength };
        return _session.Resize(picture, options.AdaptsStrength ? way.Adapted(picture) : way.Chosen(picture), _settings, progress).Picture;
    }

    public void Dispose() => _session.Dispose();

    private ResizeWay SameSize(int width, int height)
    {
        if (options.Model is not null)
        {
            ModelDescriptor own = Models.Named(options.Model);
            return own.Shape.Factor == 1
                ? ResizeWay.Of(ResizePlan.With(width, height, new SizeRequest(null, null, null), own), Models)
                : ResizeWay.Of(own, width, height, fitTo: (width, height));
        }

        IReadOnlyList<int> scales = Models.Scales(NetworkTask.Enlarge, ModelKind.Cleanup);
        return ResizeWay.Of(ResizePlan.CleanUp(width, height, Cleanup(scales.Count > 0), scales), Models);
    }

    private PlannedResize Enlarge(int width, int height, (int Width, int Height) target, SizeRequest request, DocumentRecord? record)
    {
        if (options.Model is not null)
        {
            return new PlannedResize(
                ResizeWay.Of(ResizePlan.With(width, height, request, Models.Named(options.Model)), Models),
                null,
                null
            );
        }

        if (options.Source == SourceChoice.Pixel)
        {
            return new PlannedResize(ResizeWay.Of(ResizePlan.Blocks(target.Width, target.Height), Models), null, null)
            {
                LooksForOwnPixels = true,
            };
        }

        RecordedReduction? undone = options.Scale is int scale ? record?.Last(scale) : record?.All;
        ModelKind kind = options.Source == SourceChoice.Learned ? ModelKind.Learned : ModelKind.Photo;
        IReadOnlyList<int> cleanupScales = Models.Scales(NetworkTask.Enlarge, ModelKind.Cleanup);
        CleanupChoice cleanup = undone is null && kind == ModelKind.Photo ? Cleanup(cleanupScales.Count > 0) : CleanupChoice.Off;
        if (undone is null && cleanup == CleanupChoice.Off && options.Scale is int exact)
        {
            // A whole scale is that network or nothing: quietly taking another way would not be what was asked for.
            Models.Find(NetworkTask.Enlarge, kind, exact);
        }

        ResizePlan plan = ResizePlan.Upscale(
            width,
            height,
            request,
            kind,
            Models.Scales(NetworkTask.Enlarge, kind),
            undone?.Reduction,
            cleanup,
            cleanupScales
        );
        bool exactly = undone is not null && (plan.Width, plan.Height) == (undone.Reduction.Width, undone.Reduction.Height);
        return new PlannedResize(ResizeWay.Of(plan, Models), exactly ? undone!.Before : null, exactly ? undone!.StepsBefore : null)
        {
            LooksForOwnPixels = undone is null && options.Source == SourceChoice.Auto,
        };
    }

    private CleanupChoice Cleanup(bool isInstalled) =>
        options.Cleanup is CleanupChoice.Low or CleanupChoice.High && !isInstalled
            ? throw new EditorException("Weights for clean-up are not installed. Install them, or choose no clean-up.")
            : CleanupDecision.For(options.Cleanup, jpegQuality, wasJpeg, isInstalled).Level;

    private PlannedResize Reduce(int width, int height, SizeRequest request, DocumentRecord record)
    {
        if (options.Scale is int exact)
        {
            Models.Find(NetworkTask.Reduce, ModelKind.Learned, exact);
        }

        ResizePlan plan = ResizePlan.Downscale(width, height, request, Models.Scales(NetworkTask.Reduce, ModelKind.Learned));
        // After a classical step the picture is no longer what a network made: no partner knows it, and passes for one would be in vain.
        ResizeWay way = ResizeWay.Of(plan, Models, plan.ClassicalStep ? 0 : options.Effort);
        if (plan.ClassicalStep || way.Steps.Count == 0)
        {
            return new PlannedResize(way, null, null);
        }

        DownscaleRecordStep[] steps =
        [
            .. way.Steps.Select(step => new DownscaleRecordStep(step.Model.Scale, step.Model.Id, step.Model.Sha256)),
        ];
        DocumentRecord before =
            record.Steps.Count + steps.Length > DocumentRecord.MaxSteps
                ? new DocumentRecord(1, width, height, [], record.X, record.Y)
                : record;
        return new PlannedResize(way, before.With(steps), null);
    }
}
