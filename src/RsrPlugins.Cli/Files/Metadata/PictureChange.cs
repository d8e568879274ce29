// What happened to a picture between reading and writing, for metadata that speaks of pixels.
namespace RsrPlugins.Cli.Files.Metadata;

/// <summary>Turned upright, then resized.</summary>
/// <param name="Orientation">How it was stored; its size is the picture's as seen.</param>
/// <param name="Width">Pixels across afterwards.</param>
/// <param name="Height">Pixels down afterwards.</param>
internal readonly record struct PictureChange(Orientation Orientation, int Width, int Height)
{
    public double ScaleX => (double)Width / Orientation.Width;

    public double ScaleY => (double)Height / Orientation.Height;
}
