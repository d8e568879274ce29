// What a smoke run looks at, where no data is: rings of rising frequency, edges at many angles, and a smooth shade.
using RsrPlugins.Trainer.Data;
using RsrPlugins.Trainer.Evaluation;

namespace RsrPlugins.Trainer.Experiments;

/// <summary>Pictures the project draws, in studio luma.</summary>
internal static class DrawnPictures
{
    private const int Side = 132; // a multiple of 2, 3 and 4

    internal static IReadOnlyList<LumaImage> Luma() => [Draw("rings", Rings), Draw("stars", Stars)];

    internal static IReadOnlyList<TestPicture> TestSet(int scale) =>
        [
            .. Luma()
                .Select(image => image.CentralCrop(0, scale))
                .Select(image => new TestPicture(
                    image.Name,
                    image.Width,
                    image.Height,
                    Array.ConvertAll(image.Luma, value => (float)value)
                )),
        ];

    private static LumaImage Draw(string name, Func<double, double, double> level)
    {
        byte[] luma = new byte[Side * Side];
        for (int i = 0; i < luma.Length; i++)
        {
            double value = level(((i % Side) - (Side / 2)) / (Side / 2.0), ((i / Side) - (Side / 2)) / (Side / 2.0));
            luma[i] = (byte)Math.Round(16 + (219 * Math.Clamp(value, 0, 1)));
        }

        return new LumaImage(name, Side, Side, luma);
    }

    private static double Rings(double x, double y) => 0.5 + (0.4 * Math.Cos(22 * ((x * x) + (y * y)))) + (0.1 * x);

    private static double Stars(double x, double y) => (Math.Cos(14 * Math.Atan2(y, x)) > 0 ? 0.75 : 0.2) + (0.2 * y * x);
}
