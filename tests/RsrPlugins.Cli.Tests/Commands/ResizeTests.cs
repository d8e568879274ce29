// downscale and upscale on the real executable, with the shipped networks, on pictures of a few hundred pixels.
using System.Text.Json;
using NetVips;
using RsrPlugins.Cli.Files;
using RsrPlugins.Cli.Tests.Support;
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Sizes;

namespace RsrPlugins.Cli.Tests.Commands;

public class ResizeTests
{
    private static (int Width, int Height) SizeOf(string path)
    {
        PictureHeader header = PictureReader.ReadHeader(path);
        return (header.Width, header.Height);
    }

    private static RsrResult Good(TestFolder folder, params string[] arguments)
    {
        RsrResult result = Rsr.Run(folder, arguments);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Empty(result.Error); // No progress bar where stderr is no terminal.
        return result;
    }

    [Fact]
    public void Down_and_up_again_gives_exactly_the_original_size_and_nearly_the_picture()
    {
        using TestFolder folder = new TestFolder();
        Pictures.Rgb(61, 43).Save(folder["a.png"]);
        Good(folder, "downscale", "a.png", "--scale", "2");
        Assert.Equal((31, 22), SizeOf(folder["a-down2.png"]));
        DownscaleRecord? record = PictureReader.ReadHeader(folder["a-down2.png"]).Record;
        Assert.NotNull(record);
        Assert.Equal((2, 61, 43), (record.Scale, record.Width, record.Height));
        DownscaleRecordStep step = Assert.Single(record.Steps);
        Assert.Equal("rrnet-x2-learned", step.Model);
        Assert.Equal(64, step.Sha256.Length);

        RsrResult up = Good(folder, "upscale", "a-down2.png"); // No --scale: the picture knows.
        Assert.Contains("learned x2", up.Output, StringComparison.Ordinal);
        Assert.Contains("made by rsr downscale from 61 x 43", up.Output, StringComparison.Ordinal);
        Assert.Equal((61, 43), SizeOf(folder["a-down2-x2.png"]));
        Assert.Null(PictureReader.ReadHeader(folder["a-down2-x2.png"]).Record);

        RsrResult compared = Good(folder, "compare", "a.png", "a-down2-x2.png", "--json");
        Assert.True(JsonDocument.Parse(compared.Output).RootElement.GetProperty("lumaPsnr").GetDouble() > 35, compared.Output);
        Assert.Equal(["a-down2-x2.png", "a-down2.png", "a.png"], folder.Files);
    }

    [Fact]
    public void With_effort_more_comes_back()
    {
        using TestFolder folder = new TestFolder();
        Pictures.Drawing(96, 81).Save(folder["a.png"]);
        double before = 0;
        foreach (string effort in new[] { "0", "2", "12" })
        {
            RsrResult down = Good(folder, "downscale", "a.png", "-s", "2", "--effort", effort, "-o", "small.png", "--force", "--json");
            JsonElement report = JsonDocument.Parse(down.Output).RootElement.GetProperty("results")[0];
            string[] models = effort == "0" ? ["rrnet-x2-learned"] : ["rrnet-x2-learned", "srnet-x2-learned-gradient"];
            Assert.Equal(models, report.GetProperty("models").EnumerateArray().Select(id => id.GetString()));
            Assert.Equal(effort == "0" ? "learned 1/2" : $"learned 1/2 and {effort} passes", report.GetProperty("steps").GetString());

            // The small picture still says how it was made, and any version of upscale can read it.
            Assert.Equal("rrnet-x2-learned", Assert.Single(PictureReader.ReadHeader(folder["small.png"]).Record!.Steps).Model);
            Good(folder, "upscale", "small.png", "-o", "large.png", "--force");
            double after = JsonDocument
                .Parse(Good(folder, "compare", "a.png", "large.png", "--json").Output)
                .RootElement.GetProperty("lumaPsnr")
                .GetDouble();
            Assert.True(after > before + 0.05, $"effort {effort}: {after:f2} dB after {before:f2} dB");
            before = after;
        }

        Assert.Contains(
            "learned 1/3 and 1 pass, learned 1/2 and 1 pass",
            Good(folder, "downscale", "a.png", "-s", "6", "-e", "1", "-o", "sixth.png").Output,
            StringComparison.Ordinal
        );
        foreach (string size in new[] { "1.5", "2.5" })
        {
            string output = Good(folder, "downscale", "a.png", "-s", size, "-e", "1", "-o", $"{size}.png").Output;
            Assert.Contains("no passes: this size ends with a bicubic step", output, StringComparison.Ordinal);
            Assert.DoesNotContain("and 1 pass", output, StringComparison.Ordinal);
        }

        Good(folder, "compress", "a.png", "a.rsr.png", "-e", "1");
        Good(folder, "restore", "a.rsr.png");
    }

    [Fact]
    public void A_chain_is_undone_in_the_other_order()
    {
        using TestFolder folder = new TestFolder();
        Pictures.Rgb(97, 65).Save(folder["a.png"]);
        Assert.Contains(
            "learned 1/3, learned 1/2",
            Good(folder, "downscale", "a.png", "-s", "6", "-o", "b.png").Output,
            StringComparison.Ordinal
        );
        Assert.Equal((17, 11), SizeOf(folder["b.png"]));
        Assert.Contains("learned x2, learned x3", Good(folder, "upscale", "b.png", "-o", "c.png").Output, StringComparison.Ordinal);
        Assert.Equal((97, 65), SizeOf(folder["c.png"]));
    }

    [Fact]
    public void The_record_decides_only_where_it_is_asked_and_fits()
    {
        using TestFolder folder = new TestFolder();
        Pictures.Rgb(40, 40).Save(folder["a.png"]);
        Good(folder, "downscale", "a.png", "-s", "2", "-o", "small.png");
        Assert.Contains(
            "photo x2",
            Good(folder, "upscale", "small.png", "-s", "2", "--source", "photo", "-o", "p.png").Output,
            StringComparison.Ordinal
        );
        Assert.Contains("photo x2", Good(folder, "upscale", "a.png", "-s", "2", "-o", "o.png").Output, StringComparison.Ordinal);
        Assert.Contains(
            "learned x2",
            Good(folder, "upscale", "a.png", "-s", "2", "--source", "learned", "-o", "l.png").Output,
            StringComparison.Ordinal
        );

        using (Image cropped = Image.NewFromFile(folder["small.png"]).Crop(0, 0, 15, 20))
        {
            cropped.WriteToFile(folder["cropped.png"]);
        }

        RsrResult result = Good(folder, "upscale", "cropped.png", "-s", "2", "-o", "c.png");
        Assert.Contains("photo x2", result.Output, StringComparison.Ordinal);
        Assert.Contains("the record is ignored", result.Output, StringComparison.Ordinal);
        Assert.Equal((30, 40), SizeOf(folder["c.png"]));

        RsrResult unknown = Rsr.Run(folder, "upscale", "a.png", "-o", "u.png");
        Assert.Equal(2, unknown.ExitCode);
        Assert.Contains("size is missing", unknown.OnlyErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_of_another_version_of_the_network_is_said()
    {
        using TestFolder folder = new TestFolder();
        Pictures.Rgb(16, 16).Save(folder["a.png"]);
        Picture picture = PictureReader.Read(folder["a.png"]);
        using TemporaryFiles temporaryFiles = new TemporaryFiles();
        DownscaleRecord record = new DownscaleRecord(2, 32, 31, [new DownscaleRecordStep(2, "rrnet-x2-learned", new string('0', 64))]);
        new PictureWriter(temporaryFiles).Write(
            folder["b.png"],
            picture.Pixels,
            16,
            16,
            PictureFormat.Png,
            picture.Metadata,
            record,
            new WriteOptions()
        );
        RsrResult result = Good(folder, "upscale", "b.png", "--dry-run");
        Assert.Contains("another version of rrnet-x2-learned (000000000000; installed: ", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Sizes_steps_and_dry_run()
    {
        using TestFolder folder = new TestFolder();
        Pictures.Rgb(50, 40).Save(folder["a.png"]);
        RsrResult dry = Good(folder, "upscale", "a.png", "--width", "120", "--dry-run");
        Assert.Contains("photo x3, then bicubic to 120 x 96", dry.Output, StringComparison.Ordinal);
        Assert.Equal(["a.png"], folder.Files);
        Good(folder, "upscale", "a.png", "--width", "120");
        Assert.Equal((120, 96), SizeOf(folder["a-120x96.png"]));
        Good(folder, "upscale", "a.png", "--scale", "1.3", "-o", "b.png");
        Assert.Equal((65, 52), SizeOf(folder["b.png"]));
        Good(folder, "downscale", "a.png", "--height", "15", "-o", "c.png");
        Assert.Equal((19, 15), SizeOf(folder["c.png"]));
        Assert.Null(PictureReader.ReadHeader(folder["c.png"]).Record); // A classical step came last.
    }

    [Theory]
    [InlineData("png", PixelLayout.Grey, 16)]
    [InlineData("tif", PixelLayout.Rgb, 16)]
    [InlineData("jpg", PixelLayout.Rgb, 8)]
    [InlineData("webp", PixelLayout.Rgb, 8)]
    public void Layout_depth_and_format_stay(string extension, PixelLayout layout, int bits)
    {
        using TestFolder folder = new TestFolder();
        (layout == PixelLayout.Grey ? Pictures.Grey(24, 18, bits == 16) : Pictures.Rgb(24, 18, bits == 16)).Save(folder[$"a.{extension}"]);
        Good(folder, "upscale", $"a.{extension}", "-s", "2");
        Picture result = PictureReader.Read(folder[$"a-x2.{extension}"]);
        Assert.Equal((48, 36), (result.Pixels.Width, result.Pixels.Height));
        Assert.Equal((layout, bits), (result.Pixels.Layout, result.Pixels.BitsPerSample));
        Assert.Equal(PictureFormat.OfExtension($"a.{extension}"), result.Format);
        if (bits == 16) // Real precision: an 8-bit result stretched to 16 would have multiples of 257 only.
        {
            Assert.Contains(result.Pixels.Samples16.ToArray(), value => value % 257 != 0);
        }
    }

    [Fact]
    public void Nothing_of_a_transparent_green_comes_through()
    {
        using TestFolder folder = new TestFolder();
        Pictures.Disc(40).Save(folder["a.png"]);
        Good(folder, "upscale", "a.png", "-s", "3", "-o", "up.png");
        Good(folder, "downscale", "a.png", "-s", "2", "-o", "down.png");
        foreach (string name in (string[])["up.png", "down.png"])
        {
            PixelImage pixels = PictureReader.Read(folder[name]).Pixels;
            Assert.Equal(PixelLayout.Rgba, pixels.Layout);
            for (int at = 0; at < pixels.Samples8.Length; at += 4)
            {
                if (pixels.Samples8[at + 3] > 0)
                {
                    Assert.True(
                        pixels.Samples8[at + 1] < 24,
                        $"{name}: green {pixels.Samples8[at + 1]} at alpha {pixels.Samples8[at + 3]}"
                    );
                }
            }
        }
    }

    [Fact]
    public void A_turned_photo_with_metadata_comes_out_upright_with_it()
    {
        using TestFolder folder = new TestFolder();
        using (
            Image tagged = Pictures
                .Rgb(30, 20)
                .Copy(xres: 300 / 25.4, yres: 300 / 25.4)
                .Mutate(mutable =>
                {
                    mutable.Set(GValue.GIntType, "orientation", 6);
                    mutable.Set(GValue.GStrType, "exif-ifd0-Artist", "Ada Lovelace (Ada Lovelace, ASCII, 13 components, 13 bytes)");
                })
        )
        {
            tagged.WriteToFile(folder["a.jpg"], new VOption { { "Q", 95 } });
        }

        Good(folder, "upscale", "a.jpg", "-s", "2");
        using Image result = Image.NewFromFile(folder["a-x2.jpg"]);
        Assert.Equal((40, 60), (result.Width, result.Height));
        Assert.Equal(1, (int)result.Get("orientation"));
        Assert.StartsWith("Ada Lovelace", (string)result.Get("exif-ifd0-Artist"), StringComparison.Ordinal);
        Assert.Equal(300 / 25.4, result.Xres, 0.1);
        double[] topRight = result.Getpoint(38, 2); // Stored top left, which is dark in red and green.
        Assert.True(topRight[0] < 40 && topRight[1] < 40, string.Join(' ', topRight));
    }

    [Fact]
    public void An_existing_file_is_replaced_with_force_only()
    {
        using TestFolder folder = new TestFolder();
        Pictures.Rgb(10, 10).Save(folder["a.png"]);
        File.WriteAllText(folder["a-x2.png"], "precious");
        RsrResult refused = Rsr.Run(folder, "upscale", "a.png", "-s", "2");
        Assert.Equal(3, refused.ExitCode);
        Assert.Contains("a-x2.png: exists already; --force", refused.OnlyErrorLine, StringComparison.Ordinal);
        Assert.Equal("precious", File.ReadAllText(folder["a-x2.png"]));
        Good(folder, "upscale", "a.png", "-s", "2", "--force");
        Assert.Equal((20, 20), SizeOf(folder["a-x2.png"]));
    }

    [Fact]
    public void A_folder_goes_into_a_new_folder_and_reports_as_json()
    {
        using TestFolder folder = new TestFolder();
        Directory.CreateDirectory(folder["in"]);
        Pictures.Rgb(8, 8).Save(folder["in/a.png"]);
        Pictures.Grey(9, 7).Save(folder["in/b.tif"]);
        RsrResult result = Good(folder, "upscale", "in", "-s", "2", "-o", "out/large", "--json");
        JsonElement[] results = [.. JsonDocument.Parse(result.Output).RootElement.GetProperty("results").EnumerateArray()];
        Assert.Equal([16, 18], results.Select(row => row.GetProperty("width").GetInt32()));
        Assert.Equal("CPU", results[0].GetProperty("device").GetString());
        Assert.Equal("srnet-x2-photo", results[0].GetProperty("models")[0].GetString());
        Assert.Equal(["in/a.png", "in/b.tif", "out/large/a.png", "out/large/b.tif"], folder.Files.Select(name => name.Replace('\\', '/')));
    }

    [Theory]
    [InlineData("upscale", "4", 4, 4)]
    [InlineData("downscale", "4", 1, 1)]
    public void A_single_pixel_is_a_picture(string verb, string scale, int width, int height)
    {
        using TestFolder folder = new TestFolder();
        Pictures.Rgb(verb == "upscale" ? 1 : 3, verb == "upscale" ? 1 : 3).Save(folder["a.png"]);
        Good(folder, verb, "a.png", "-s", scale, "-o", "b.png");
        Assert.Equal((width, height), SizeOf(folder["b.png"]));
    }
}
