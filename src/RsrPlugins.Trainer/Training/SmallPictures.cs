// A frozen RRNet makes the same small picture of a picture every time, so a run makes each once and SRNet's steps cost SRNet's
// arithmetic alone: three times as many steps in a minute at x4. Q-BReLU rounds to 8-bit levels, so nothing is lost by keeping bytes.
using RsrPlugins.Trainer.Data;
using RsrPlugins.Trainer.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace RsrPlugins.Trainer.Training;

/// <summary>RRNet's small pictures of whole training pictures.</summary>
internal static class SmallPictures
{
    /// <summary>Rows of the small picture made at a time: RRNet keeps 64 values for every pixel of the large one.</summary>
    private const int BandRows = 32;

    /// <summary>Rows of the small picture that a band sees beyond its own: RRNet's three 3 x 3 layers see 3 pixels of the large one.</summary>
    private const int MarginRows = 2;

    /// <param name="rrNet">With Q-BReLU.</param>
    /// <param name="image">Sides are multiples of the scale factor.</param>
    /// <param name="scale">Scale factor.</param>
    /// <param name="device">Where the network is.</param>
    internal static LumaImage Make(RRNet rrNet, LumaImage image, int scale, Device device)
    {
        using var noGrad = no_grad();
        var (width, height) = (image.Width / scale, image.Height / scale);
        var luma = new byte[width * height];
        for (var top = 0; top < height; top += BandRows)
        {
            var bottom = Math.Min(top + BandRows, height);
            var (first, last) = (Math.Max(0, top - MarginRows), Math.Min(height, bottom + MarginRows));
            var band = Array.ConvertAll(image.Luma[(first * scale * image.Width)..(last * scale * image.Width)], value => value / 255f);
            using var scope = NewDisposeScope();
            var small = rrNet.Forward(tensor(band, [1, 1, (last - first) * scale, image.Width]).to(device));
            var own = Checkpoint.ToArray(small).AsSpan((top - first) * width, (bottom - top) * width);
            for (var i = 0; i < own.Length; i++)
            {
                luma[(top * width) + i] = (byte)MathF.Round(own[i] * 255f);
            }
        }

        return new LumaImage(image.Name, width, height, luma);
    }
}
