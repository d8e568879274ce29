// A result on its way to the clipboard. Paint.NET makes the clipboard's formats from a bitmap, on the UI thread, which owns the clipboard;
// for a large picture that is a minute in which nothing moves. So a large one is made into PNG here, on the render thread, and only its
// bytes are handed over: with its alpha, the document's profile and its resolution, and Paint.NET pastes it as any other. A small one goes
// the usual way, as a bitmap with the document's resolution and, from 5.1 on, its colour context.
using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PaintDotNet;
using PaintDotNet.AppModel;
using PaintDotNet.Clipboard;
using PaintDotNet.Effects;
using PaintDotNet.Imaging;
using PaintDotNet.Rendering;
using RsrPlugins.Core;
using RsrPlugins.Core.Imaging;

namespace RsrPlugins.PaintDotNet.Saving;

/// <summary>Puts results on the clipboard.</summary>
internal static class ResultClipboard
{
    /// <summary>Pixels from which on a picture is large.</summary>
    public const long LargePixels = 16_000_000;

    private const string PngFormat = "PNG";

    /// <summary>Puts a picture on the clipboard, without waiting for the UI thread.</summary>
    /// <param name="services">Paint.NET's.</param>
    /// <param name="environment">The document.</param>
    /// <param name="picture">8-bit RGBA.</param>
    /// <param name="fail">Told why it is not there; called on the UI thread.</param>
    /// <param name="cancellationToken">Stops before anything has reached the clipboard.</param>
    /// <param name="largePixels">Pixels from which on it is handed over as PNG.</param>
    /// <exception cref="ClipboardException">Too large for a clipboard.</exception>
    public static void Copy(
        IServiceProvider services,
        IBitmapEffectEnvironment environment,
        PixelImage picture,
        Action<Exception> fail,
        CancellationToken cancellationToken,
        long largePixels = LargePixels
    )
    {
        DocumentFacts facts = DocumentFacts.Read(environment);
        IImagingFactory factory = environment.ImagingFactory;
        object? context = OptionalService.Get(() => ColourContext(environment));
        byte[]? png = (long)picture.Width * picture.Height >= largePixels ? Png(picture, facts, cancellationToken) : null;
        IBitmap<ColorBgra32>? bitmap = png is null ? Bitmap(factory, picture, facts) : null;
        FailureReport.OnUIThread(
            services,
            () =>
            {
                try
                {
                    bool isThere = png is not null && OptionalService.Try(() => PutBytes(services, png));
                    if (!isThere)
                    {
                        bitmap ??= Bitmap(factory, picture, facts);
                        isThere =
                            (context is not null && OptionalService.Try(() => PutWithContext(services, bitmap, context)))
                            || OptionalService.Try(() => Put(services, bitmap));
                    }

                    if (!isThere)
                    {
                        fail(
                            new ClipboardException(
                                "this version of Paint.NET does not let plugins copy pictures to the clipboard. Save the result to a file instead, or press OK and copy the layer.",
                                null
                            )
                        );
                    }
                }
                catch (Exception exception) when (exception is ExternalException or OutOfMemoryException)
                {
                    fail(
                        new ClipboardException(
                            "another program holds the clipboard, or the picture is too large for it. Close that program and copy again, or save the result to a file.",
                            exception
                        )
                    );
                }
                finally
                {
                    bitmap?.Dispose();
                }
            }
        );
    }

    private static byte[] Png(PixelImage picture, DocumentFacts facts, CancellationToken cancellationToken)
    {
        try
        {
            using MemoryStream memory = new MemoryStream();
            PngWriter.Write(memory, picture, facts, CompressionLevel.Fastest, cancellationToken);
            return memory.ToArray();
        }
        catch (IOException exception)
        {
            // A stream in memory holds at most 2 GB.
            throw new ClipboardException(
                $"{picture.Width} x {picture.Height} pixels are more than the clipboard can hold. Save the result to a file.",
                exception
            );
        }
    }

    private static IBitmap<ColorBgra32> Bitmap(IImagingFactory factory, PixelImage picture, DocumentFacts facts)
    {
        IBitmap<ColorBgra32> bitmap = factory.CreateBitmap<ColorBgra32>(picture.Width, picture.Height);
        using (IBitmapLock<ColorBgra32> locked = bitmap.Lock(new RectInt32(0, 0, picture.Width, picture.Height), BitmapLockOptions.Write))
        {
            RegionPtr<ColorBgra32> target = locked.AsRegionPtr();
            for (int y = 0; y < picture.Height; y++)
            {
                Layer.SwapRedAndBlue(picture.Samples8.Slice(y * picture.Width * 4, picture.Width * 4), Layer.Row(target, y));
            }
        }

        if (facts.HasDpi)
        {
            OptionalService.Try(() => SetResolution(bitmap, facts));
        }

        return bitmap;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static object? ColourContext(IBitmapEffectEnvironment environment) => environment.Document.ColorContext;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool SetResolution(IBitmap<ColorBgra32> bitmap, DocumentFacts facts)
    {
        bitmap.Resolution = new Vector2Double(facts.DpiX, facts.DpiY);
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool PutBytes(IServiceProvider services, byte[] png)
    {
        if (services.GetService(typeof(IClipboardService)) is not IClipboardService clipboard)
        {
            return false;
        }

        using IClipboardTransaction transaction = clipboard.Open();
        transaction.Empty();
        transaction.AddNativeData(transaction.RegisterNativeFormat(PngFormat), png);
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool PutWithContext(IServiceProvider services, IBitmap<ColorBgra32> bitmap, object context)
    {
        if (services.GetService(typeof(IClipboardService)) is not IClipboardService clipboard)
        {
            return false;
        }

        clipboard.SetImage(bitmap, (IColorContext)context);
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool Put(IServiceProvider services, IBitmap<ColorBgra32> bitmap)
    {
        if (services.GetService(typeof(IClipboardService)) is not IClipboardService clipboard)
        {
            return false;
        }

        clipboard.SetImage(bitmap);
        return true;
    }

    private sealed class ClipboardException(string message, Exception? inner) : RsrException(message, inner);
}
