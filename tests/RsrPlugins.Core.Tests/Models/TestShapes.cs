// Shapes like those of the product's networks, for stand-ins that have no graph; that graphs give these is tested in GraphFactsTests.
using RsrPlugins.Core.Models;

namespace RsrPlugins.Core.Tests.Models;

internal static class TestShapes
{
    private static readonly NetworkPlanes _luma = new(PlaneContent.Luma, 1);

    public static NetworkShape Of(NetworkTask task, int scale) =>
        task switch
        {
            NetworkTask.Reduce => new NetworkShape(scale, 1, 3, 1, _luma, _luma, 148738, 520),
            NetworkTask.Enlarge => new NetworkShape(1, scale, 4, 1, _luma, _luma, 271488 + (514 * scale * scale), 2056),
            NetworkTask.Clean => new NetworkShape(1, 1, 4, 1, _luma, _luma, 272002, 2056),
            _ => new NetworkShape(
                1,
                1,
                8,
                1,
                new NetworkPlanes(PlaneContent.LumaAndSubPixels, 1 + (scale * scale)),
                new NetworkPlanes(PlaneContent.LumaGradient, 1),
                547194,
                2856
            ),
        };

    public static ModelDescriptor Describe(NetworkTask task, int scale) =>
        new($"{task}-x{scale}", task.ToString(), ModelKind.Learned, scale, "none.onnx", "none.md", 0, "", Of(task, scale), null);
}
