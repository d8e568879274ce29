// Selections that are no rectangle: what is not selected is neither read nor written, unless the user wants the whole bounds.
using RsrPlugins.EffectHost;

namespace RsrPlugins.PaintDotNet.Tests;

public sealed class SelectionTests
{
    public static TheoryData<string, string> Cases
    {
        get
        {
            TheoryData<string, string> cases = new TheoryData<string, string>();
            foreach (string mask in TestPictures.Masks.Keys)
            {
                cases.Add(Effects.Downscale, mask);
                cases.Add(Effects.Upscale, mask);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_is_not_selected_is_neither_read_nor_written(string effect, string maskName)
    {
        Picture mask = TestPictures.Masks[maskName]();
        Picture layer = TestPictures.Of("photo");
        Picture other = layer.Clone();
        for (int y = 0; y < other.Height; y++)
        {
            for (int x = 0; x < other.Width; x++)
            {
                if (mask[x, y][1] == 0)
                {
                    ((ReadOnlySpan<byte>)[9, 200, 7, 255]).CopyTo(other[x, y]);
                }
            }
        }

        Picture result = Run(effect, layer, mask),
            otherResult = Run(effect, other, mask);
        int written = 0;
        for (int y = 0; y < layer.Height; y++)
        {
            for (int x = 0; x < layer.Width; x++)
            {
                if (mask[x, y][1] == 0)
                {
                    Assert.True(result[x, y].SequenceEqual(layer[x, y]), $"({x}, {y}) is not selected and was written");
                }
                else
                {
                    Assert.True(result[x, y].SequenceEqual(otherResult[x, y]), $"({x}, {y}) depends on what is not selected");
                    written += result[x, y].SequenceEqual(layer[x, y]) ? 0 : 1;
                }
            }
        }

        Assert.True(written > 100, $"{written} pixels were written");
    }

    [Theory]
    [InlineData(Effects.Downscale)]
    [InlineData(Effects.Upscale)]
    public void Whole_bounds_are_what_a_rectangle_is(string effect)
    {
        Picture mask = TestPictures.Masks["two-rectangles"]();
        Picture layer = TestPictures.Of("photo");
        Picture expected = Effects.Run(effect, Effects.RealRuntime, layer, ["Scale=2"], (4, 6, 48, 38));
        PictureAssert.SameBytes(expected, Run(effect, layer, mask, "Selection=WholeBounds"), effect);
    }

    /// <summary>A feathered mask says "half" where a pixel is half selected, and so does a host that cuts by itself.</summary>
    [Fact]
    public void Soft_edges_are_cut_as_the_host_would()
    {
        Picture mask = TestPictures.Masks["feather"]();
        Picture layer = TestPictures.Of("lines");
        Picture whole = Effects.Run(Effects.Upscale, Effects.RealRuntime, layer, ["Scale=2"], (3, 0, 51, 48));
        SelectionMask.Of(layer, mask).Apply(whole, 0, 0, layer);
        Picture cut = Run(Effects.Upscale, layer, mask);
        PictureDifference difference = PictureDifference.Between(whole.Crop(8, 8, 40, 32), cut.Crop(8, 8, 40, 32));
        Assert.True(difference.Within(new Tolerance(1, 0.1)), difference.ToString());
    }

    [Fact]
    public void In_an_ellipse_the_small_picture_lies_in_the_middle_and_is_whole()
    {
        Picture mask = TestPictures.Masks["ellipse"]();
        Picture layer = TestPictures.Of("photo");
        PictureAssert.SameBytes(Run(Effects.Downscale, layer, mask, "Placement=Centre"), Run(Effects.Downscale, layer, mask), "Automatic");
        Assert.NotEqual(Run(Effects.Downscale, layer, mask, "Placement=TopLeft").Bytes, Run(Effects.Downscale, layer, mask).Bytes);

        Picture rectangle = Effects.Run(Effects.Downscale, Effects.RealRuntime, layer, ["Scale=2"], (5, 3, 40, 30));
        PictureAssert.SameBytes(
            Effects.Run(Effects.Downscale, Effects.RealRuntime, layer, ["Scale=2", "Placement=TopLeft"], (5, 3, 40, 30)),
            rectangle,
            "Automatic in a rectangle"
        );
    }

    [Fact]
    public void A_mask_that_does_not_fit_is_refused()
    {
        using HostServices services = new HostServices();
        Picture layer = TestPictures.Of("photo");
        Assert.Throws<HostException>(() =>
            new EffectSession(Effects.Create(Effects.Upscale, Effects.RealRuntime), layer, services, null, new Picture(3, 3))
        );
        Assert.Throws<HostException>(() =>
            new EffectSession(
                Effects.Create(Effects.Upscale, Effects.RealRuntime),
                layer,
                services,
                null,
                new Picture(layer.Width, layer.Height)
            )
        );
    }

    private static Picture Run(string effect, Picture layer, Picture mask, params string[] settings) =>
        Effects.Run(effect, Effects.RealRuntime, layer, ["Scale=2", .. settings], null, null, mask);
}
