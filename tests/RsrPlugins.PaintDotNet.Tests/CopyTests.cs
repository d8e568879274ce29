using PaintDotNet.AppModel;
using PaintDotNet.Clipboard;
using PaintDotNet.Imaging;
using RsrPlugins.EffectHost;

namespace RsrPlugins.PaintDotNet.Tests;

public sealed class CopyTests
{
    [Fact]
    public void Only_a_press_writes_the_clipboard()
    {
        CopyButton button = new CopyButton();
        PluginRuntime runtime = Effects.Runtime(new FakeEngine());
        using HostServices services = new HostServices();
        using EffectSession session = new EffectSession(
            Effects.Create(Effects.Downscale, runtime, button),
            TestPictures.Of("photo"),
            services
        );
        session.OpenDialog();
        session.Render();
        session.Set("Scale", "3");
        session.Render();
        Assert.Equal(0, services.ClipboardWrites);

        session.Press("Copy");
        session.Render();
        Assert.Equal(1, services.ClipboardWrites);
        session.Set("Scale", "2");
        session.Render();
        session.Render();
        Assert.Equal(1, services.ClipboardWrites);
        session.Press("Copy");
        session.Render();
        Assert.Equal(2, services.ClipboardWrites);

        // OK: Paint.NET may render the same token again with another instance.
        using EffectSession final = new EffectSession(
            Effects.Create(Effects.Downscale, runtime, button),
            TestPictures.Of("photo"),
            services
        );
        final.Set("Copy", "2");
        final.Render();
        Assert.Equal(2, services.ClipboardWrites);

        // The next dialog starts with the number of the last one.
        using EffectSession next = new EffectSession(
            Effects.Create(Effects.Downscale, runtime, button),
            TestPictures.Of("photo"),
            services
        );
        next.OpenDialog();
        next.Set("Copy", "2");
        next.Render();
        Assert.Equal(2, services.ClipboardWrites);
        next.Press("Copy");
        next.Render();
        Assert.Equal(3, services.ClipboardWrites);
    }

    [Fact]
    public void Repeating_an_effect_does_not_copy_again()
    {
        using HostServices services = new HostServices();
        using EffectSession session = new EffectSession(
            Effects.Create(Effects.Downscale, Effects.Runtime(new FakeEngine())),
            TestPictures.Of("photo"),
            services
        );
        session.Set("Copy", "5");
        session.Render();
        Assert.Equal(0, services.ClipboardWrites);
    }

    [Fact]
    public void A_press_whose_render_is_cancelled_is_answered_by_the_next()
    {
        // The first run of the render that is to be cancelled cancels it, so no clock decides which of them is first.
        using CancellationTokenSource cancellation = new CancellationTokenSource();
        bool cancelNext = false;
        FakeEngine engine = new FakeEngine
        {
            OnRun = (_, _) =>
            {
                if (Volatile.Read(ref cancelNext))
                {
                    cancellation.Cancel();
                }
            },
        };
        using HostServices services = new HostServices();
        using EffectSession session = new EffectSession(
            Effects.Create(Effects.Upscale, Effects.Runtime(engine)),
            TestPictures.Noise(300, 200, 1),
            services
        );
        session.OpenDialog();
        session.Render();
        session.Press("Copy");
        session.Set("Scale", "3");
        Volatile.Write(ref cancelNext, true);
        Assert.ThrowsAny<OperationCanceledException>(() => session.Render(null, cancellation.Token));
        Assert.Equal(0, services.ClipboardWrites);
        Volatile.Write(ref cancelNext, false);
        session.Render();
        Assert.Equal(1, services.ClipboardWrites);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void The_clipboard_gets_the_picture_at_its_full_size(int scale)
    {
        PluginRuntime runtime = Effects.Runtime(new FakeEngine());
        Picture layer = TestPictures.Of("photo");

        Picture small = Copied(Effects.Downscale, layer);
        PictureAssert.SameBytes(
            Effects.Run(Effects.Downscale, runtime, layer, [$"Scale={scale}"]).Crop(0, 0, small.Width, small.Height),
            small,
            "the small picture"
        );
        Assert.Equal(((56 + scale - 1) / scale, (48 + scale - 1) / scale), (small.Width, small.Height));

        // A document that is d times as large has the whole layer in its corner: enlarging that is what the clipboard gets.
        Picture large = Copied(Effects.Upscale, layer);
        Assert.Equal((56 * scale, 48 * scale), (large.Width, large.Height));
        Picture canvas = new Picture(56 * scale, 48 * scale);
        for (int y = 0; y < layer.Height; y++)
        {
            layer.Bytes.AsSpan(y * 56 * 4, 56 * 4).CopyTo(canvas.Bytes.AsSpan(y * canvas.Width * 4));
        }

        PictureAssert.SameBytes(Effects.Run(Effects.Upscale, runtime, canvas, [$"Scale={scale}"]), large, "the whole layer enlarged");

        Picture refined = Copied(Effects.Upscale, layer.Enlarged(scale), "Reading=EnlargedImage");
        PictureAssert.SameBytes(large, refined, "the refined layer");

        Picture Copied(string effect, Picture source, params string[] settings)
        {
            using HostServices services = new HostServices();
            using EffectSession session = new EffectSession(Effects.Create(effect, runtime), source, services);
            session.OpenDialog();
            session.SetAll([$"Scale={scale}", .. settings]);
            session.Render();
            session.Press("Copy");
            session.Render();
            Assert.Empty(services.ErrorDetails);
            return services.ClipboardPicture!;
        }
    }

    [Fact]
    public void When_the_clipboard_is_held_by_another_program_the_user_is_told_and_the_layer_is_rendered()
    {
        using HostServices services = new HostServices();
        services.Add<IClipboardService>(new NoClipboard());
        using EffectSession session = new EffectSession(
            Effects.Create(Effects.Downscale, Effects.Runtime(new FakeEngine())),
            TestPictures.Of("photo"),
            services
        );
        session.OpenDialog();
        Picture expected = session.Render();
        session.Press("Copy");
        PictureAssert.SameBytes(expected, session.Render(), "the layer");
        Assert.Contains("clipboard", Assert.Single(services.ErrorMessages), StringComparison.Ordinal);
    }

    private sealed class NoClipboard : IClipboardService, IHostClipboard
    {
        public IClipboardTransaction Open() => throw new System.ComponentModel.Win32Exception("CLIPBRD_E_CANT_OPEN");

        public void SetImage(IBitmapSource bitmapSource, IColorContext? colorContext) =>
            throw new System.ComponentModel.Win32Exception("CLIPBRD_E_CANT_OPEN");
    }
}
