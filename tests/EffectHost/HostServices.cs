// Paint.NET's services as a host without windows has them: a UI thread that runs what is posted to it, a clipboard that keeps
// the last picture, an error dialog that keeps its messages.
using System.Collections.Concurrent;
using System.Windows.Forms;
using PaintDotNet.AppModel;
using PaintDotNet.Clipboard;
using PaintDotNet.Imaging;
using PaintDotNet.Interop;
using PaintDotNet.Rendering;

namespace RsrPlugins.EffectHost;

/// <summary>The services an effect can ask for.</summary>
public sealed class HostServices : IServiceProvider, IDisposable
{
    private readonly IUISynchronizationContext _uiThread;
    private readonly Clipboard _clipboard = new();
    private readonly ErrorDialog _errors = new();
    private readonly Adapters _adapters = new();
    private readonly Shell _shell = new();
    private readonly Dictionary<Type, object> _services;

    /// <param name="uiThread">A UI thread with windows; null makes one without.</param>
    public HostServices(IUISynchronizationContext? uiThread = null)
    {
        _uiThread = uiThread ?? new UIThread();
        _clipboard.UI = _errors.UI = _uiThread;
        _services = new Dictionary<Type, object>
        {
            [typeof(IUISynchronizationContext)] = _uiThread,
            [typeof(IClipboardService)] = _clipboard,
            [typeof(IExceptionDialogService)] = _errors,
            [typeof(IShellService)] = _shell,
            [typeof(IDxgiAdapterService)] = _adapters,
            [typeof(IDxgiAdapterService2)] = _adapters,
        };
    }

    /// <summary>What error dialogs have said, in order.</summary>
    public IReadOnlyList<string> ErrorMessages
    {
        get
        {
            WaitForUI();
            return [.. _errors.Messages];
        }
    }

    /// <summary>The details of the same dialogs.</summary>
    public IReadOnlyList<string> ErrorDetails
    {
        get
        {
            WaitForUI();
            return [.. _errors.Details];
        }
    }

    /// <summary>The picture on the clipboard; null where nothing has been copied.</summary>
    public Picture? ClipboardPicture
    {
        get
        {
            WaitForUI();
            return _clipboard.Content;
        }
    }

    /// <summary>Called on the UI thread with each picture that is put on the clipboard.</summary>
    public Action<Picture>? Copied
    {
        get => _clipboard.Copied;
        set => _clipboard.Copied = value;
    }

    /// <summary>Files that were shown in their folders, in order.</summary>
    public IReadOnlyList<string> ShownFiles
    {
        get
        {
            WaitForUI();
            return [.. _shell.Files];
        }
    }

    /// <summary>How often something was put on the clipboard.</summary>
    public int ClipboardWrites
    {
        get
        {
            WaitForUI();
            return _clipboard.Writes;
        }
    }

    /// <summary>Adds or replaces a service.</summary>
    public void Add<T>(T service)
        where T : class => _services[typeof(T)] = service;

    public object? GetService(Type serviceType) => _services.GetValueOrDefault(serviceType);

    public void Dispose() => (_uiThread as UIThread)?.Dispose();

    /// <summary>Shows what has escaped from a render, as the editor's own dialog does.</summary>
    internal void ReportEscaped(Exception exception) =>
        _uiThread.Send(_ => _errors.ShowErrorDialog(null, exception.Message, exception.ToString()), null);

    private void WaitForUI() => _uiThread.Send(static _ => { }, null);

    private sealed class UIThread : IUISynchronizationContext, IDisposable
    {
        private readonly BlockingCollection<Action> _queue = [];
        private readonly Thread _thread;

        public UIThread()
        {
            _thread = new Thread(() =>
            {
                foreach (Action action in _queue.GetConsumingEnumerable())
                {
                    action();
                }
            })
            {
                IsBackground = true,
                Name = "UI",
            };
            _thread.Start();
        }

        public bool IsOnUIThread => Thread.CurrentThread == _thread;

        public void Post(SendOrPostCallback d, object? state) => _queue.Add(() => d(state));

        public void Send(SendOrPostCallback d, object? state)
        {
            using ManualResetEventSlim done = new ManualResetEventSlim();
            _queue.Add(() =>
            {
                d(state);
                done.Set();
            });
            done.Wait();
        }

        public void Dispose()
        {
            _queue.CompleteAdding();
            _thread.Join();
            _queue.Dispose();
        }
    }

    private sealed class Clipboard : IClipboardService, IHostClipboard
    {
        public IUISynchronizationContext? UI { get; set; }

        public Picture? Content { get; set; }

        public int Writes { get; set; }

        public Action<Picture>? Copied { get; set; }

        public IClipboardTransaction Open()
        {
            CheckThread();
            return new Transaction(this);
        }

        public void SetImage(IBitmapSource bitmapSource, IColorContext? colorContext)
        {
            CheckThread();
            SizeInt32 size = bitmapSource.Size;
            Picture picture = new Picture(size.Width, size.Height);
            using IBitmapLock<ColorBgra32> source = ((IBitmap<ColorBgra32>)bitmapSource).Lock(
                new RectInt32(0, 0, size.Width, size.Height),
                BitmapLockOptions.Read
            );
            for (int y = 0; y < size.Height; y++)
            {
                Row(source, y).CopyTo(picture.Bytes.AsSpan(y * size.Width * 4));
            }

            Vector2Double resolution = ((IBitmap)bitmapSource).Resolution;
            (picture.DpiX, picture.DpiY, picture.Profile) = (resolution.X, resolution.Y, colorContext?.GetProfileBytes().ToArray());
            Content = picture;
            Writes++;
            Copied?.Invoke(picture);
        }

        private void CheckThread()
        {
            if (!UI!.IsOnUIThread)
            {
                throw new InvalidOperationException("The clipboard belongs to the UI thread.");
            }
        }

        private static unsafe Span<byte> Row(IBitmapLock source, int y) =>
            new((byte*)source.Buffer + ((long)y * source.BufferStride), source.Size.Width * 4);
    }

    /// <summary>Bytes of formats by their names; a PNG is looked at as a paste would.</summary>
    private sealed class Transaction(Clipboard clipboard) : IHostClipboardTransaction
    {
        private readonly List<string> _formats = [];

        public void Empty() => clipboard.Content = null;

        public uint RegisterNativeFormat(string formatName)
        {
            _formats.Add(formatName);
            return (uint)_formats.Count;
        }

        public void Add(uint format, byte[] data)
        {
            if (_formats[(int)format - 1] == "PNG")
            {
                using MemoryStream stream = new MemoryStream(data);
                clipboard.Content = Picture.Load(stream, "the clipboard");
                clipboard.Writes++;
                clipboard.Copied?.Invoke(clipboard.Content);
            }
        }

        public void Dispose() { }
    }

    /// <summary>Remembers which files a file manager would show.</summary>
    private sealed class Shell : IShellService
    {
        public List<string> Files { get; } = [];

        public bool LaunchFolderAndSelectFile(IWin32Window? owner, string filePath)
        {
            Files.Add(filePath);
            return true;
        }
    }

    /// <summary>A machine without a graphics card: the services are there and name none.</summary>
    private sealed class Adapters : IDxgiAdapterService2
    {
        SafeComObject IDxgiAdapterService.GetRenderingAdapter() => new(0, ownsHandle: false);

        SafeComObject IDxgiAdapterService2.GetRenderingAdapter() => new(0, ownsHandle: false);
    }

    private sealed class ErrorDialog : IExceptionDialogService
    {
        public IUISynchronizationContext? UI { get; set; }

        public List<string> Messages { get; } = [];

        public List<string> Details { get; } = [];

        public void ShowErrorDialog(IWin32Window? owner, string? message, string detailsText)
        {
            if (!UI!.IsOnUIThread)
            {
                throw new InvalidOperationException("Dialogs belong to the UI thread.");
            }

            Messages.Add(message ?? string.Empty);
            Details.Add(detailsText);
        }
    }
}
