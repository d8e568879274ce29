// One run's networks. What a size takes and how it is computed is the engine's; here it is asked for layer by layer.
using RsrPlugins.Core;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Refinement;

namespace RsrPlugins.Gimp.Document;

/// <summary>How one picture is resized.</summary>
/// <param name="Model">The network.</param>
/// <param name="Width">Width of the result: the network's, cropped to what is recorded of the original.</param>
/// <param name="Height">Height of the result.</param>
/// <param name="Record">What the result remembers.</param>
/// <param name="Undoes">It takes back the last step of what was recorded, by the partner of that step's network.</param>
internal sealed record PlannedResize(ModelDescriptor Model, int Width, int Height, DocumentRecord? Record, bool Undoes);

internal sealed class Resizing(ResizeOptions options) : IDisposable
{
    private readonly OnnxRuntimeEngine _engine = new(new InferenceOptions(options.Device));
    private readonly ModelCatalogue _models = ModelCatalogue.LoadDefault();

    /// <summary>Decides how a picture of a size is resized.</summary>
    /// <param name="x">Its place in the image, for the record.</param>
    /// <param name="y">See <paramref name="x"/>.</param>
    /// <param name="record">What is stored with it; not used where it does not fit.</param>
    public PlannedResize Plan(int width, int height, int x, int y, DocumentRecord? record)
    {
        DocumentRecord? fitting = record is not null && record.Fits(width, height) ? record : null;
        if (!options.Enlarge)
        {
            ModelDescriptor reducing = _models.Find(NetworkTask.Reduce, ModelKind.Learned, options.Scale);
            (int Width, int Height) small = reducing.Shape.OutputSize(width, height);
            DocumentRecord before = fitting ?? new DocumentRecord(1, width, height, [], x, y);
            return new PlannedResize(reducing, small.Width, small.Height, before.With(new RecordedStep(options.Scale, reducing.Id, reducing.Sha256)), Undoes: false);
        }

        bool undoes = fitting is not null && options.Source != SourceChoice.Photo && fitting.Steps[^1].Scale == options.Scale;
        ModelDescriptor model = _models.Find(NetworkTask.Enlarge, undoes || options.Source == SourceChoice.Learned ? ModelKind.Learned : ModelKind.Photo, options.Scale);
        (int Width, int Height) size = undoes ? fitting!.SizeBeforeLastStep : model.Shape.OutputSize(width, height);
        return new PlannedResize(model, size.Width, size.Height, undoes ? fitting!.WithoutLastStep : null, undoes);
    }

    public PixelImage Resize(PixelImage picture, PlannedResize plan, IProgress<double> progress, CancellationToken cancellationToken)
    {
        LumaRefiner? refiner = options.Effort == 0 ? null : new LumaRefiner(_engine.Open(_models.Find(NetworkTask.Gradient, ModelKind.Learned, options.Scale)), options.Effort);
        PixelImage resized = new LearnedResizer(_engine.Open(plan.Model), null, refiner).Resize(picture, progress, cancellationToken);
        return (resized.Width, resized.Height) == (plan.Width, plan.Height) ? resized : Crop(resized, plan.Width, plan.Height);
    }

    public void Dispose() => _engine.Dispose();

    private static PixelImage Crop(PixelImage picture, int width, int height)
    {
        PixelImage cropped = PixelImage.Create(width, height, picture.Layout, picture.BitsPerSample);
        int row = width * picture.Channels;
        for (int y = 0; y < height; y++)
        {
            if (picture.BitsPerSample == 8)
            {
                picture.Samples8.Slice(y * picture.Width * picture.Channels, row).CopyTo(cropped.Samples8[(y * row)..]);
            }
            else
            {
                picture.Samples16.Slice(y * picture.Width * picture.Channels, row).CopyTo(cropped.Samples16[(y * row)..]);
            }
        }

        return cropped;
    }
}
