// `rsr-gimp --check`: what a user is asked to run when nothing appears in GIMP's menu, and what tests run where GIMP cannot be. It goes
// through everything but GIMP itself.
using System.Diagnostics;
using RsrPlugins.Core;
using RsrPlugins.Core.Hosting;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Models;
using RsrPlugins.Gimp.Interop;

namespace RsrPlugins.Gimp;

internal static class SelfCheck
{
    // Enough for several tiles, and done in a moment.
    private const int Side = 96;

    /// <summary>Writes what works and what does not.</summary>
    /// <returns>0 if the engine works; that GIMP's libraries are missing outside GIMP is usual.</returns>
    public static int Run()
    {
        string missing = string.Join(
            ", ",
            NativeLibraries.All.Where(name => !NativeLibraries.Loads(name)).Select(NativeLibraries.FileName)
        );
        Console.WriteLine(
            missing.Length == 0 ? "GIMP's libraries load." : $"GIMP's libraries do not load here, which is normal outside GIMP: {missing}"
        );
        try
        {
            using ResizeSession session = new ResizeSession();
            ModelCatalogue models = session.Models();
            Console.WriteLine($"{models.Models.Count} models in {models.Folder}");
            foreach (ModelDescriptor model in models.Models.Where(model => model.Shape.Task is NetworkTask.Enlarge or NetworkTask.Reduce))
            {
                Stopwatch time = Stopwatch.StartNew();
                PixelImage result = session
                    .Resize(PixelImage.Create(Side, Side, PixelLayout.Rgb, 8), ResizeWay.Of(model, Side, Side), new SessionSettings())
                    .Picture;
                Console.WriteLine(
                    $"{model.Id}: computed, {Side} x {Side} to {result.Width} x {result.Height} in {time.ElapsedMilliseconds} ms"
                );
            }

            Console.WriteLine(session.DeviceReport);
            return 0;
        }
        catch (RsrException exception)
        {
            Console.WriteLine($"The engine does not work: {exception.Message}");
            return 1;
        }
    }
}
