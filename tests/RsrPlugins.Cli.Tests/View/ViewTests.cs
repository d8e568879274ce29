// The page of `rsr view` in a real browser: the slider is dragged, pixels are zoomed to, the difference is looked at; and the page
// asks for nothing from outside.
using System.Text.Json;
using NetVips;
using RsrPlugins.Cli.Tests.Support;

namespace RsrPlugins.Cli.Tests.View;

public class ViewTests
{
    private const int Width = 40;
    private const int Height = 30;

    private static void Flat(string path, params double[] colour)
    {
        using Image black = Image.Black(Width, Height, bands: 3);
        using Image flat = (black + colour).Cast(Enums.BandFormat.Uchar);
        flat.Copy(interpretation: Enums.Interpretation.Srgb).Save(path);
    }

    private static RsrResult Good(TestFolder folder, params string[] arguments)
    {
        RsrResult result = Rsr.Run(folder, arguments);
        Assert.True(result.ExitCode == 0, result.Error);
        return result;
    }

    /// <summary>R, G, B of the canvas at a share of its width and the middle of its height.</summary>
    private static int[] PixelAt(Browser browser, double share) =>
        [
            .. browser
                .Evaluate(
                    FormattableString.Invariant(
                        $"Array.from(canvas.getContext('2d').getImageData(Math.floor(canvas.width * {share}), Math.floor(canvas.height / 2), 1, 1).data).slice(0, 3)"
                    )
                )
                .EnumerateArray()
                .Select(value => value.GetInt32()),
        ];

    [Fact]
    public void The_slider_parts_before_from_after_and_zoom_shows_pixels()
    {
        using TestFolder folder = new TestFolder();
        Flat(folder["red.png"], 200, 20, 30);
        Flat(folder["blue.png"], 20, 30, 200);
        RsrResult result = Good(folder, "view", "red.png", "blue.png");
        Assert.Contains("red-vs-blue.html: 1 pair of pictures", result.Output, StringComparison.Ordinal);
        string text = File.ReadAllText(folder["red-vs-blue.html"]);
        Assert.DoesNotContain("http:", text, StringComparison.Ordinal);
        Assert.DoesNotContain("https:", text, StringComparison.Ordinal);

        using Browser browser = Browser.Start();
        browser.Open(folder["red-vs-blue.html"]);
        browser.Until("document.body.dataset.ready === '0'");
        browser.Until("getComputedStyle(document.querySelector('nav')).display === 'none'");
        Assert.Equal("none", browser.Evaluate("getComputedStyle(gainLabel).display").GetString()); // Nothing that has no meaning now.
        Assert.Contains(
            "luma PSNR",
            browser.Evaluate("document.getElementById('figures').textContent").GetString(),
            StringComparison.Ordinal
        );
        Assert.Contains(
            $"red.png: {Width} \u00d7 {Height}, PNG, ",
            browser.Evaluate("document.getElementById('figures').textContent").GetString(),
            StringComparison.Ordinal
        );

        int[] red = [200, 20, 30],
            blue = [20, 30, 200];
        browser.Until(
            "canvas.getContext('2d').getImageData(Math.floor(canvas.width * 0.45), Math.floor(canvas.height / 2), 1, 1).data[3] === 255"
        );
        Assert.Equal(red, PixelAt(browser, 0.45));
        Assert.Equal(blue, PixelAt(browser, 0.55));

        // The handle, taken with the mouse to three tenths of the width.
        JsonElement box = browser.Evaluate(
            "(() => { const b = stage.getBoundingClientRect(); return [b.left, b.top, b.width, b.height].map(Math.round); })()"
        );
        int[] at = [.. box.EnumerateArray().Select(value => value.GetInt32())];
        browser.Drag(at[0] + (at[2] / 2), at[1] + 40, at[0] + (at[2] * 3 / 10), at[1] + 60);
        browser.Until("Math.abs(Number(split.value) - 300) < 5 && !requested");
        Assert.Equal(blue, PixelAt(browser, 0.35));
        Assert.Equal(red, PixelAt(browser, 0.25));

        // What a person sees is what the canvas says.
        using (Image seen = Image.NewFromBuffer(browser.Screenshot()))
        {
            Assert.Equal(red, seen.Getpoint(at[0] + (at[2] / 4), at[1] + (at[3] / 2)).Take(3).Select(value => (int)value));
            Assert.Equal(blue, seen.Getpoint(at[0] + (at[2] * 2 / 5), at[1] + (at[3] / 2)).Take(3).Select(value => (int)value));
        }

        browser.Evaluate("(document.getElementById('mode').value = 'difference', document.getElementById('gain').value = '1', draw())");
        browser.Until("!requested");
        Assert.Equal([180, 10, 170], PixelAt(browser, 0.5));
        browser.Evaluate("document.getElementById('one').click()");
        browser.Until("!requested && zoom.value === '100 %'");
        Assert.Equal(string.Empty, browser.Log());
    }

    [Fact]
    public void Single_pixels_stay_sharp_and_folders_are_a_list()
    {
        using TestFolder folder = new TestFolder();
        Directory.CreateDirectory(folder["a/deep"]);
        Directory.CreateDirectory(folder["b/deep"]);
        foreach (string name in (string[])["one", "deep/two", "alone"])
        {
            Pictures.Rgb(Width, Height).Save(folder[$"a/{name}.png"]);
        }

        using (Image dots = Image.Black(Width, Height).Draw(255))
        {
            dots.WriteToFile(folder["b/one.png"]);
        }

        Pictures.Rgb(2 * Width, 2 * Height).Save(folder["b/deep/two.webp"], new VOption { { "lossless", true } });
        RsrResult result = Rsr.Run(folder, "view", "a", "b", "-o", "page.html", "--json");
        Assert.Equal(3, result.ExitCode);
        Assert.Contains("a/alone.png: no picture of this name in b", result.Error.Replace('\\', '/'), StringComparison.Ordinal);
        JsonElement[] pairs = [.. JsonDocument.Parse(result.Output).RootElement.GetProperty("pairs").EnumerateArray()];
        Assert.Equal(["deep/two.png", "one.png"], pairs.Select(pair => pair.GetProperty("name").GetString()!.Replace('\\', '/')));
        Assert.Equal([false, true], pairs.Select(pair => pair.GetProperty("sameSize").GetBoolean()));
        Assert.Equal(JsonValueKind.Null, pairs[0].GetProperty("lumaPsnr").ValueKind);

        using Browser browser = Browser.Start();
        browser.Open(folder["page.html"]);
        browser.Until("document.body.dataset.ready === '0'");
        Assert.Equal(2, browser.Evaluate("document.querySelectorAll('tbody tr').length").GetInt32());
        Assert.Contains(
            "sizes differ",
            browser.Evaluate("document.getElementById('figures').textContent").GetString(),
            StringComparison.Ordinal
        );
        browser.Evaluate("document.querySelectorAll('tbody tr')[1].click()");
        browser.Until("document.body.dataset.ready === '1'");

        // Every second pixel is white: enlarged 8 times, a screen pixel is black or white and nothing between.
        browser.Evaluate("(document.getElementById('mode').value = 'b', zoomTo(8))");
        browser.Until("!requested && zoom.value === '800 %'");
        int[] row =
        [
            .. browser
                .Evaluate(
                    "Array.from(canvas.getContext('2d').getImageData(Math.round(view.x), Math.round(view.y) + 4, 64, 1).data).filter((_, at) => at % 4 === 0)"
                )
                .EnumerateArray()
                .Select(value => value.GetInt32()),
        ];
        Assert.Equal(Enumerable.Range(0, 64).Select(x => x / 8 % 2 == 0 ? 255 : 0), row);
        Assert.Equal(string.Empty, browser.Log());
    }

    [Fact]
    public void A_report_of_a_run_shows_every_result_and_carries_no_metadata()
    {
        using TestFolder folder = new TestFolder();
        Directory.CreateDirectory(folder["in"]);
        Pictures.Rgb(20, 10).Mutate(image => image.Set(GValue.GStrType, "png-comment-0-Title", "secret place")).Save(folder["in/a.png"]);
        Pictures.Rgb(12, 12).Save(folder["in/b.jpg"]);
        RsrResult result = Good(folder, "upscale", "in", "-s", "2", "-o", "out", "--report", "page.html");
        Assert.Contains("page.html: comparison page", result.Output, StringComparison.Ordinal);
        string page = File.ReadAllText(folder["page.html"]);
        string[] pictures =
        [
            .. page.Split("class=\"picture\" data-type=\"image/webp\">")
                .Skip(1)
                .Select(part => part[..part.IndexOf('<', StringComparison.Ordinal)]),
        ];
        Assert.Equal(4, pictures.Length);
        Assert.Equal(
            [20, 40, 12, 24],
            pictures.Select(text =>
            {
                byte[] bytes = Convert.FromBase64String(text);
                Assert.Equal(-1, bytes.AsSpan().IndexOf("secret place"u8));
                using Image image = Image.NewFromBuffer(bytes);
                return image.Width;
            })
        );

        Assert.Equal(2, Rsr.Run(folder, "upscale", "in/a.png", "-s", "2", "-o", "c.png", "--report", "page.txt").ExitCode);
        RsrResult existing = Rsr.Run(folder, "upscale", "in/a.png", "-s", "2", "-o", "c.png", "--report", "page.html");
        Assert.Equal(3, existing.ExitCode); // Known before the work.
        Assert.DoesNotContain("c.png", folder.Files);
        Assert.Equal(2, Rsr.Run(folder, "view", "in", "in/a.png").ExitCode);
    }
}

file static class Drawing
{
    /// <summary>Every second column white.</summary>
    public static Image Draw(this Image image, double white)
    {
        using Image places = Image.Xyz(image.Width, image.Height);
        using Image even = (places[0] % 2) < 1;
        using Image drawn = even.Ifthenelse(white, 0);
        return drawn.Cast(Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Bw).CopyMemory();
    }
}
