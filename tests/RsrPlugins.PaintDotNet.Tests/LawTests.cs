// What must hold whatever the picture and the options: how Paint.NET cuts and orders its tiles changes nothing, nothing outside
// the selection is touched, the source is never written, and no exception gets out.
using RsrPlugins.EffectHost;

namespace RsrPlugins.PaintDotNet.Tests;

public sealed class LawTests
{
    public static TheoryData<string, string> SomeOptions =>
        new()
        {
            { Effects.Downscale, "Scale=2 Placement=TopLeft Rest=Transparent" },
            { Effects.Downscale, "Scale=3 Placement=Centre Rest=Keep" },
            { Effects.Downscale, "Scale=2 Effort=1 Placement=TopLeft" },
            { Effects.Downscale, "Scale=2 Effort=3 Placement=TopLeft" },
            { Effects.Upscale, "Scale=2 Reading=TopLeftPart" },
            { Effects.Upscale, "Scale=4 Source=Ordinary Reading=EnlargedImage" },
            { Effects.Upscale, "Scale=2 Source=Ordinary Reading=TopLeftPart Cleanup=Low Strength=35" },
        };

    [Theory]
    [MemberData(nameof(SomeOptions))]
    public void Any_schedule_gives_the_same_bytes(string effect, string options)
    {
        Picture layer = TestPictures.Noise(301, 203, 1);
        Picture expected = Run(new RenderSchedule(4096, 1));
        foreach (
            RenderSchedule schedule in (RenderSchedule[])
                [new(64, 4), new(7, 3), new(256, 2), new(64, 8, ShuffleSeed: 1), new(33, 5, ShuffleSeed: 2)]
        )
        {
            PictureAssert.SameBytes(expected, Run(schedule), schedule.ToString());
        }

        Picture Run(RenderSchedule schedule) =>
            Effects.Run(effect, Effects.Runtime(new FakeEngine()), layer, options.Split(' '), (11, 5, 280, 190), schedule);
    }

    [Theory]
    [MemberData(nameof(SomeOptions))]
    public void Selecting_all_is_selecting_nothing(string effect, string options)
    {
        Picture layer = TestPictures.Noise(101, 67, 2);
        PluginRuntime runtime = Effects.Runtime(new FakeEngine());
        PictureAssert.SameBytes(
            Effects.Run(effect, runtime, layer, options.Split(' ')),
            Effects.Run(effect, runtime, layer, options.Split(' '), (0, 0, 101, 67)),
            options
        );
    }

    [Theory]
    [MemberData(nameof(SomeOptions))]
    public void A_parameter_set_is_computed_once_however_many_tiles_and_renders_ask(string effect, string options)
    {
        FakeEngine engine = new FakeEngine();
        using HostServices services = new HostServices();
        using EffectSession session = new EffectSession(
            Effects.Create(effect, Effects.Runtime(engine)),
            TestPictures.Noise(200, 150, 3),
            services
        );
        session.SetAll(options.Split(' '));
        Picture first = session.Render(new RenderSchedule(4096, 1));
        int runs = engine.Runs;
        Assert.InRange(runs, 1, 200);

        PictureAssert.SameBytes(first, session.Render(new RenderSchedule(8, 6)), "the second render of the same options");
        Assert.Equal(runs, engine.Runs);
        session.Set("Scale", "3");
        session.Set("Scale", options.Contains("Scale=2", StringComparison.Ordinal) ? "4" : "2");
        session.Render(new RenderSchedule(8, 6));
        Assert.True(engine.Runs > runs);
    }

    [Fact]
    public void Two_effects_at_once_do_not_disturb_each_other()
    {
        PluginRuntime runtime = Effects.Runtime(new FakeEngine { OnRun = (_, _) => Thread.Yield() });
        Picture layer = TestPictures.Noise(160, 120, 4);
        Picture small = Effects.Run(Effects.Downscale, runtime, layer, ["Scale=2"]);
        Picture large = Effects.Run(Effects.Upscale, runtime, layer, ["Scale=3"]);
        Parallel.For(
            0,
            8,
            new ParallelOptions { MaxDegreeOfParallelism = 4 },
            i =>
            {
                if (i % 2 == 0)
                {
                    PictureAssert.SameBytes(small, Effects.Run(Effects.Downscale, runtime, layer, ["Scale=2"]), "downscale beside upscale");
                }
                else
                {
                    PictureAssert.SameBytes(large, Effects.Run(Effects.Upscale, runtime, layer, ["Scale=3"]), "upscale beside downscale");
                }
            }
        );
    }

    [Fact]
    public void Two_hundred_random_option_sets_and_sizes_let_nothing_escape()
    {
        Random random = new Random(20250101);
        PluginRuntime runtime = Effects.Runtime(new FakeEngine());
        for (int i = 0; i < 200; i++)
        {
            Picture layer = TestPictures.Noise(random.Next(1, 90), random.Next(1, 90), i);
            Picture untouched = layer.Clone();
            int x = random.Next(layer.Width),
                y = random.Next(layer.Height);
            (int, int, int, int)? selection =
                random.Next(3) == 0 ? null : (x, y, random.Next(1, layer.Width - x + 1), random.Next(1, layer.Height - y + 1));
            string effect = random.Next(2) == 0 ? Effects.Downscale : Effects.Upscale;
            string[] settings =
            [
                $"Scale={random.Next(2, 5)}",
                $"Device={random.GetItems(["Automatic", "DirectML", "Cpu"], 1)[0]}",
                .. effect == Effects.Downscale
                    ? (string[])
                        [
                            $"Placement={random.GetItems(["TopLeft", "Centre"], 1)[0]}",
                            $"Rest={random.GetItems(["Transparent", "Keep"], 1)[0]}",
                        ]
                    :
                    [
                        $"Source={random.GetItems(["Learned", "Ordinary"], 1)[0]}",
                        $"Reading={random.GetItems(["TopLeftPart", "EnlargedImage"], 1)[0]}",
                    ],
            ];
            string what = $"{i}: {effect} {string.Join(' ', settings)} on {layer.Width} x {layer.Height}, selection {selection}";

            Picture result = Effects.Run(
                effect,
                runtime,
                layer,
                settings,
                selection,
                new RenderSchedule(random.Next(1, 100), random.Next(1, 6), i)
            );

            PictureAssert.SameBytes(untouched, layer, $"{what}: the source was written");
            (int left, int top, int width, int height) = selection ?? (0, 0, layer.Width, layer.Height);
            for (int row = 0; row < layer.Height; row++)
            {
                for (int column = 0; column < layer.Width; column++)
                {
                    if (
                        (column < left || column >= left + width || row < top || row >= top + height)
                        && !result[column, row].SequenceEqual(layer[column, row])
                    )
                    {
                        Assert.Fail($"{what}: the pixel ({column}, {row}) outside the selection has changed");
                    }
                }
            }
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void The_rest_of_the_selection_is_kept_or_cleared(int scale)
    {
        Picture layer = TestPictures.Noise(50, 40, 5);
        PluginRuntime runtime = Effects.Runtime(new FakeEngine());
        int width = (30 + scale - 1) / scale,
            height = (20 + scale - 1) / scale;
        int left = 7 + ((30 - width) / 2),
            top = 9 + ((20 - height) / 2);

        Picture kept = Effects.Run(Effects.Downscale, runtime, layer, [$"Scale={scale}", "Placement=Centre", "Rest=Keep"], (7, 9, 30, 20));
        Picture cleared = Effects.Run(
            Effects.Downscale,
            runtime,
            layer,
            [$"Scale={scale}", "Placement=Centre", "Rest=Transparent"],
            (7, 9, 30, 20)
        );
        for (int y = 9; y < 29; y++)
        {
            for (int x = 7; x < 37; x++)
            {
                bool inside = x >= left && x < left + width && y >= top && y < top + height;
                if (inside)
                {
                    Assert.True(kept[x, y].SequenceEqual(cleared[x, y]));
                }
                else
                {
                    Assert.True(kept[x, y].SequenceEqual(layer[x, y]) && cleared[x, y].SequenceEqual((byte[])[0, 0, 0, 0]), $"({x}, {y})");
                }
            }
        }
    }

    [Theory]
    [InlineData(Effects.Downscale, "Scale=2")]
    [InlineData(Effects.Upscale, "Scale=2 Reading=TopLeftPart")]
    [InlineData(Effects.Upscale, "Scale=2 Reading=EnlargedImage")]
    public void Colour_never_bleeds_out_of_transparent_pixels(string effect, string options)
    {
        Picture loud = TestPictures.Of("logo"),
            quiet = loud.Clone();
        for (int i = 0; i < quiet.Bytes.Length; i += 4)
        {
            if (quiet.Bytes[i + 3] == 0)
            {
                quiet.Bytes.AsSpan(i, 4).Clear();
            }
        }

        PluginRuntime runtime = Effects.RealRuntime;
        PictureDifference found = PictureDifference.Between(
            Effects.Run(effect, runtime, quiet, options.Split(' ')),
            Effects.Run(effect, runtime, loud, options.Split(' '))
        );
        Assert.True(found.Within(Tolerance.None), found.ToString());
    }
}
